package io.freshet.workbench.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.freshet.app.cli.fit.FitProgress;
import io.freshet.lab.continual.ContinualBaseline;
import io.freshet.lab.continual.Cycle;
import io.freshet.lab.continual.RecallAndMrr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The JSON document that {@code freshet evaluate continual --json} writes, with one component for each key. Figures are
 * shares: .5 is 50%.
 *
 * @param settings everything that the figures depend on
 * @param mean mean over the cycles
 * @param parallel the cost of learning with several learners, without the tests; null if there is one
 */
record ContinualReport(
        Map<String, Object> settings,
        Mean mean,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ParallelReport parallel,

        List<Point> cycles,
        double seconds) {
    record Mean(
            @JsonUnwrapped RecallAndMrr served,
            RecallAndMrr network,
            RecallAndMrr memory,
            Map<String, RecallAndMrr> baselines) {
        static Mean of(List<Cycle> cycles) {
            Map<String, RecallAndMrr> baselines = new LinkedHashMap<>();
            for (ContinualBaseline baseline : ContinualBaseline.values()) {
                baselines.put(nameOf(baseline), mean(cycles, cycle -> accuracy(cycle, baseline)));
            }
            return new Mean(
                    mean(cycles, Cycle::served), mean(cycles, Cycle::network), mean(cycles, Cycle::memory), baselines);
        }

        private static RecallAndMrr mean(List<Cycle> cycles, Function<Cycle, RecallAndMrr> accuracy) {
            return RecallAndMrr.mean(cycles.stream().map(accuracy).toList());
        }
    }

    /**
     * A cycle.
     *
     * @param items number of items seen so far
     * @param events number of targets ranked
     */
    record Point(
            int cycle,
            long learnedClicks,
            int items,
            long events,
            @JsonUnwrapped RecallAndMrr served,
            RecallAndMrr network,
            RecallAndMrr memory,
            Map<String, RecallAndMrr> baselines,
            double learnSeconds,
            double testSeconds) {
        static Point of(Cycle cycle) {
            Map<String, RecallAndMrr> baselines = new LinkedHashMap<>();
            for (ContinualBaseline baseline : ContinualBaseline.values()) {
                baselines.put(nameOf(baseline), accuracy(cycle, baseline));
            }
            return new Point(
                    cycle.number(),
                    cycle.learnedClicks(),
                    cycle.items(),
                    cycle.events(),
                    cycle.served(),
                    cycle.network(),
                    cycle.memory(),
                    baselines,
                    cycle.learnSeconds(),
                    cycle.testSeconds());
        }
    }

    private static String nameOf(ContinualBaseline baseline) {
        return baseline.name().toLowerCase(Locale.ROOT);
    }

    private static RecallAndMrr accuracy(Cycle cycle, ContinualBaseline baseline) {
        return Objects.requireNonNull(cycle.baselines().get(baseline));
    }

    static ContinualReport of(
            Map<String, Object> settings, List<Cycle> cycles, @Nullable ParallelReport parallel, double seconds) {
        return new ContinualReport(
                settings,
                Mean.of(cycles),
                parallel,
                cycles.stream().map(Point::of).toList(),
                seconds);
    }

    /** Returns the figures as lines of text. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "Mean of %d cycles, in %%; %s", cycles.size(), FitProgress.time(seconds)));
        if (parallel != null) {
            lines.add(parallel.line());
        }
        lines.add("                          R@20     R@10   MRR@20   MRR@10");
        lines.add(row("Freshet", mean.served()));
        lines.add(row("its network alone", mean.network()));
        lines.add(row("its memory alone", mean.memory()));
        mean.baselines().forEach((name, accuracy) -> lines.add(row(name, accuracy)));
        return lines;
    }

    private static String row(String name, RecallAndMrr shares) {
        return String.format(
                Locale.ROOT,
                "  %-20s %8.2f %8.2f %8.2f %8.2f",
                name,
                100 * shares.recall20(),
                100 * shares.recall10(),
                100 * shares.mrr20(),
                100 * shares.mrr10());
    }
}
