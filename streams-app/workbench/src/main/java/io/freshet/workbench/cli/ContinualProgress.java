package io.freshet.workbench.cli;

import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.cli.fit.FitProgress;
import io.freshet.lab.continual.ContinualListener;
import io.freshet.lab.continual.Cycle;
import java.util.Locale;

/**
 * Shows the progress of a continual run: a bar for the period being learned, and a line for each cycle. Used by one thread.
 */
final class ContinualProgress implements ContinualListener {
    private final ProgressLine progress;
    private final int cycles;
    private final long startNanos = System.nanoTime();

    /** @param cycles number of cycles of the run */
    ContinualProgress(ProgressLine progress, int cycles) {
        this.progress = progress;
        this.cycles = cycles;
    }

    @Override
    public void learned(int cycle, long clicks, long ofClicks) {
        if (progress.isDue()) {
            progress.show(String.format(
                    Locale.ROOT,
                    "cycle %d/%d  %s of %,d clicks  %s so far",
                    cycle,
                    cycles,
                    progress.bar((double) clicks / ofClicks),
                    ofClicks,
                    FitProgress.time((System.nanoTime() - startNanos) / 1e9)));
        }
    }

    /** Prints the line of a finished cycle. */
    void finished(Cycle cycle) {
        progress.leave(line(cycle));
    }

    static String line(Cycle cycle) {
        return String.format(
                Locale.ROOT,
                "cycle %2d  R@20 %5.2f  MRR@20 %5.2f   network alone %5.2f  %5.2f   %,d events, %,d items, %s",
                cycle.number(),
                100 * cycle.served().recall20(),
                100 * cycle.served().mrr20(),
                100 * cycle.network().recall20(),
                100 * cycle.network().mrr20(),
                cycle.events(),
                cycle.items(),
                FitProgress.time(cycle.learnSeconds() + cycle.testSeconds()));
    }

    /** Removes the bar. */
    void clear() {
        progress.clear();
    }
}
