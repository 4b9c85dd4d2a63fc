package io.freshet.workbench.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.freshet.app.cli.fit.FitProgress;
import io.freshet.lab.continual.Cycle;
import io.freshet.lab.continual.RecallAndMrr;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The JSON document that {@code freshet evaluate continual --json} writes, with one component for each key. Figures are
 * shares: .5 is 50%.
 *
 * @param settings everything that the figures depend on
 * @param mean mean over the cycles
 */
record ContinualReport(Map<String, Object> settings, Mean mean, List<Point> cycles, double seconds) {
    record Mean(@JsonUnwrapped RecallAndMrr served, RecallAndMrr network) {
        static Mean of(List<Cycle> cycles) {
            return new Mean(
                    RecallAndMrr.mean(cycles.stream().map(Cycle::served).toList()),
                    RecallAndMrr.mean(cycles.stream().map(Cycle::network).toList()));
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
            double learnSeconds,
            double testSeconds) {
        static Point of(Cycle cycle) {
            return new Point(
                    cycle.number(),
                    cycle.learnedClicks(),
                    cycle.items(),
                    cycle.events(),
                    cycle.served(),
                    cycle.network(),
                    cycle.learnSeconds(),
                    cycle.testSeconds());
        }
    }

    static ContinualReport of(Map<String, Object> settings, List<Cycle> cycles, double seconds) {
        return new ContinualReport(
                settings, Mean.of(cycles), cycles.stream().map(Point::of).toList(), seconds);
    }

    /** Returns the figures as lines of text. */
    List<String> lines() {
        return List.of(
                String.format(Locale.ROOT, "Mean of %d cycles, in %%; %s", cycles.size(), FitProgress.time(seconds)),
                "                          R@20     R@10   MRR@20   MRR@10",
                row("Freshet", mean.served()),
                row("its network alone", mean.network()));
    }

    private static String row(String name, RecallAndMrr mean) {
        return String.format(
                Locale.ROOT,
                "  %-20s %8.2f %8.2f %8.2f %8.2f",
                name,
                100 * mean.recall20(),
                100 * mean.recall10(),
                100 * mean.mrr20(),
                100 * mean.mrr10());
    }
}
