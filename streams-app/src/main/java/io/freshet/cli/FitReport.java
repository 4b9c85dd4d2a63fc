package io.freshet.cli;

import io.freshet.offline.FitResult;
import java.util.List;
import java.util.Map;

/**
 * What {@code freshet fit --json} writes, one component for each key.
 *
 * @param settings all that the figures depend on
 * @param curve a point for each validation
 * @param validation of the best epoch
 * @param test of the best epoch
 * @param bestEpoch whole epochs behind the model that was kept
 * @param seconds wall time of learning and validation
 */
record FitReport(
        Map<String, Object> settings,
        List<Point> curve,
        Measures validation,
        Measures test,
        int bestEpoch,
        double seconds) {
    /**
     * A validation.
     *
     * @param loss mean over the targets of the epoch
     * @param seconds since the start
     */
    record Point(int epoch, double loss, double seconds, double hr10, double ndcg10, double mrr10) {
        static Point of(FitResult.CurvePoint point) {
            return new Point(
                    point.epoch(),
                    point.loss(),
                    point.seconds(),
                    point.validation().at10().hr(),
                    point.validation().at10().ndcg(),
                    point.validation().at10().mrr());
        }
    }

    static FitReport of(Map<String, Object> settings, FitResult result) {
        return new FitReport(
                settings,
                result.curve().stream().map(Point::of).toList(),
                Measures.of(result.validation()),
                Measures.of(result.test()),
                result.bestEpoch(),
                result.seconds());
    }
}
