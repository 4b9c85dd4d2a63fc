package io.freshet.offline;

import java.util.List;

/**
 * What a fit came to.
 *
 * @param curve one point for each validation
 * @param bestEpoch whole epochs behind the model that was kept
 * @param epochs whole epochs learned
 * @param stopped whether it was told to stop before its end
 * @param validation of the model that was kept; it chose the epoch
 * @param test of that model
 * @param seconds wall time of learning and validation
 */
public record FitResult(
        List<CurvePoint> curve,
        int bestEpoch,
        int epochs,
        boolean stopped,
        HeldOutAccuracy validation,
        HeldOutAccuracy test,
        double seconds) {
    public FitResult {
        curve = List.copyOf(curve);
    }

    /**
     * A validation.
     *
     * @param epoch whole epochs learned
     * @param loss mean over the targets of the last epoch
     * @param seconds wall time since the start
     */
    public record CurvePoint(int epoch, double loss, HeldOutAccuracy validation, double seconds) {}
}
