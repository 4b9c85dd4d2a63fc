package io.freshet.training.fit;

import java.util.List;

/**
 * Result of a fit.
 *
 * @param curve one point for each validation
 * @param bestEpoch number of whole epochs that the kept model has learned
 * @param epochs number of whole epochs learned
 * @param stopped whether the fit was stopped before its end
 * @param validation validation accuracy of the kept model, by which the epoch was chosen
 * @param test test accuracy of the kept model
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
     * Result of a validation.
     *
     * @param epoch number of whole epochs learned
     * @param loss mean over the targets of the last epoch
     * @param seconds wall time since the start
     */
    public record CurvePoint(int epoch, double loss, HeldOutAccuracy validation, double seconds) {}
}
