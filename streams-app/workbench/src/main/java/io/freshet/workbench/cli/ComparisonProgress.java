package io.freshet.workbench.cli;

import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.cli.fit.FitProgress;
import io.freshet.app.cli.fit.LeaveOneOutMetrics;
import io.freshet.lab.prequential.ComparisonListener;
import io.freshet.training.metrics.Accuracy;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Shows the progress of one comparison, or of several over the same clicks, in one line, with the remaining time. Used by one
 * thread.
 */
final class ComparisonProgress {
    private final ProgressLine progress;
    private long startNanos; // when the comparisons began
    private final Map<String, Accuracy> newest = new LinkedHashMap<>(); // by the comparison's name
    private double done;

    ComparisonProgress(ProgressLine progress) {
        this.progress = progress;
    }

    /** Returns the listener of the only comparison. */
    ComparisonListener ofOne() {
        return of("");
    }

    /** Returns the listener of a comparison. */
    ComparisonListener of(String name) {
        newest.put(name, Accuracy.NONE);
        startNanos = System.nanoTime();
        return new ComparisonListener() {
            @Override
            public void stepped(long records, long ofRecords, Accuracy online) {
                newest.put(name, online);
                done = (double) records / ofRecords;
                if (progress.isDue()) {
                    progress.show(line(records, ofRecords, (System.nanoTime() - startNanos) / 1e9));
                }
            }

            @Override
            public void refitting(int tenth, int epoch) {
                if (progress.isDue()) {
                    progress.show(String.format(
                            Locale.ROOT,
                            "%s  refit at %d/10 of the clicks, epoch %d",
                            progress.bar(done),
                            tenth,
                            epoch));
                }
            }
        };
    }

    /** Returns the line with the bar. */
    private String line(long records, long ofRecords, double seconds) {
        double share = (double) records / ofRecords;
        return String.format(
                Locale.ROOT,
                "%s  %,d clicks  NDCG@10 %s lately  %s so far, %s left at this rate",
                progress.bar(share),
                records,
                newest.entrySet().stream()
                        .map(each -> (each.getKey() + " "
                                        + LeaveOneOutMetrics.share(
                                                each.getValue().ndcg()))
                                .strip())
                        .collect(Collectors.joining(", ")),
                FitProgress.time(seconds),
                FitProgress.time(seconds / share * (1 - share)));
    }

    /** Clears the line. */
    void clear() {
        progress.clear();
    }
}
