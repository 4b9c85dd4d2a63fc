package io.freshet.workbench.cli;

import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.cli.fit.FitProgress;
import io.freshet.app.cli.fit.LeaveOneOutMetrics;
import io.freshet.lab.prequential.ComparisonListener;
import io.freshet.training.metrics.Accuracy;
import java.util.Locale;

/** Shows the progress of a comparison in one line, with the remaining time. Used by one thread. */
final class ComparisonProgress implements ComparisonListener {
    private final ProgressLine progress;
    private final long startNanos = System.nanoTime();
    private double done;

    ComparisonProgress(ProgressLine progress) {
        this.progress = progress;
    }

    @Override
    public void stepped(long records, long ofRecords, Accuracy online) {
        done = (double) records / ofRecords;
        if (progress.isDue()) {
            progress.show(line(records, ofRecords, online, (System.nanoTime() - startNanos) / 1e9));
        }
    }

    /** Returns the line with the bar. */
    String line(long records, long ofRecords, Accuracy online, double seconds) {
        double share = (double) records / ofRecords;
        return String.format(
                Locale.ROOT,
                "%s  %,d clicks  NDCG@10 %s lately  %s so far, %s left at this rate",
                progress.bar(share),
                records,
                LeaveOneOutMetrics.share(online.ndcg()),
                FitProgress.time(seconds),
                FitProgress.time(seconds / share * (1 - share)));
    }

    @Override
    public void refitting(int tenth, int epoch) {
        if (progress.isDue()) {
            progress.show(String.format(
                    Locale.ROOT, "%s  refit at %d/10 of the file, epoch %d", progress.bar(done), tenth, epoch));
        }
    }

    /** Clears the line. */
    void clear() {
        progress.clear();
    }
}
