package io.freshet.app.cli.fit;

import io.freshet.app.cli.console.ProgressLine;
import io.freshet.training.fit.FitListener;
import io.freshet.training.fit.FitResult;
import java.util.Locale;

/**
 * Shows the progress of a fit: on a terminal, a bar that is redrawn in place, with the remaining time; elsewhere, plain
 * lines. Each validation prints a line that stays. Used by one thread.
 */
public final class FitProgress implements FitListener {
    private static final int SLOW_START_SECONDS = 5;

    private final ProgressLine progress;
    private final int epochs;
    private final long startNanos = System.nanoTime();
    private boolean begun;
    private double doneBefore; // share of the fit that earlier processes did

    /** @param epochs largest number of epochs */
    FitProgress(ProgressLine progress, int epochs) {
        this.progress = progress;
        this.epochs = epochs;
    }

    @Override
    public void learned(int epoch, int batches, int ofBatches, double loss) {
        if (!begun) {
            begun = true;
            doneBefore = (epoch - 1.0) / epochs;
        }
        if (progress.isDue()) {
            progress.show(line(epoch, batches, ofBatches, loss, (System.nanoTime() - startNanos) / 1e9));
        }
    }

    /** Returns the line of the bar. It has no remaining time in the first seconds, which are slower than the rest. */
    String line(int epoch, int batches, int ofBatches, double loss, double seconds) {
        double done = (epoch - 1 + (double) batches / ofBatches) / epochs;
        String line = String.format(Locale.ROOT, "epoch %d/%d  %s  loss %.4f", epoch, epochs, progress.bar(done), loss);
        return seconds < SLOW_START_SECONDS
                ? line
                : line + "  " + time(seconds / (done - doneBefore) * (1 - done)) + " left";
    }

    @Override
    public void validated(FitResult.CurvePoint point, boolean best) {
        progress.leave(line(point, best));
    }

    /** Returns the line of a validation. */
    static String line(FitResult.CurvePoint point, boolean best) {
        return String.format(
                        Locale.ROOT,
                        "epoch %4d   loss %.4f   validation HR@10 %s  NDCG@10 %s  MRR@10 %s   after %s %s",
                        point.epoch(),
                        point.loss(),
                        LeaveOneOutMetrics.share(point.validation().at10().hr()),
                        LeaveOneOutMetrics.share(point.validation().at10().ndcg()),
                        LeaveOneOutMetrics.share(point.validation().at10().mrr()),
                        time(point.seconds()),
                        best ? " best so far" : "")
                .stripTrailing();
    }

    /** Formats seconds as in {@code 42s}, {@code 3m07s} or {@code 2h05m}. */
    public static String time(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + "s";
        }
        return whole < 3600
                ? String.format(Locale.ROOT, "%dm%02ds", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%dh%02dm", whole / 3600, whole / 60 % 60);
    }
}
