package io.freshet.workbench.cli;

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
    record Mean(double recall10, double recall20, double mrr10, double mrr20, RecallAndMrr network) {
        static Mean of(List<Cycle> cycles) {
            RecallAndMrr served =
                    RecallAndMrr.mean(cycles.stream().map(Cycle::served).toList());
            RecallAndMrr network =
                    RecallAndMrr.mean(cycles.stream().map(Cycle::network).toList());
            return new Mean(served.recall10(), served.recall20(), served.mrr10(), served.mrr20(), network);
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
            double recall10,
            double recall20,
            double mrr10,
            double mrr20,
            RecallAndMrr network,
            double learnSeconds,
            double testSeconds) {
        static Point of(Cycle cycle) {
            return new Point(
                    cycle.number(),
                    cycle.learnedClicks(),
                    cycle.items(),
                    cycle.events(),
                    cycle.served().recall10(),
                    cycle.served().recall20(),
                    cycle.served().mrr10(),
                    cycle.served().mrr20(),
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
                row("Freshet", mean.recall20(), mean.recall10(), mean.mrr20(), mean.mrr10()),
                row(
                        "its network alone",
                        mean.network().recall20(),
                        mean.network().recall10(),
                        mean.network().mrr20(),
                        mean.network().mrr10()));
    }

    private static String row(String name, double... shares) {
        StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "  %-20s", name));
        for (double share : shares) {
            row.append(String.format(Locale.ROOT, " %8.2f", 100 * share));
        }
        return row.toString();
    }
}
