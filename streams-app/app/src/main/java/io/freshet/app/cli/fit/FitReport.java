package io.freshet.app.cli.fit;

import io.freshet.training.fit.FitResult;
import java.util.List;
import java.util.Map;

/**
 * The JSON document that {@code freshet fit --json} writes, with one component for each key.
 *
 * @param settings everything that the figures depend on
 * @param curve a point for each validation
 * @param validation measures of the best epoch on the validation items
 * @param test measures of the best epoch on the test items
 * @param bestEpoch number of whole epochs that the kept model was trained for
 * @param seconds wall time of learning and validation
 */
public record FitReport(
        Map<String, Object> settings,
        List<Point> curve,
        LeaveOneOutMetrics validation,
        LeaveOneOutMetrics test,
        int bestEpoch,
        double seconds) {
    /**
     * A validation.
     *
     * @param loss mean loss over the targets of the epoch
     * @param seconds seconds since the start
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
                LeaveOneOutMetrics.of(result.validation()),
                LeaveOneOutMetrics.of(result.test()),
                result.bestEpoch(),
                result.seconds());
    }
}
