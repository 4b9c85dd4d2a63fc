package io.freshet.demo;

import io.freshet.sequencer.ClickOutcomeCounts;
import java.time.Duration;
import java.util.List;

/**
 * Everything that the live view shows at one moment.
 *
 * @param source what the clicks come from
 * @param status what the demo is doing, with its progress where that is known
 * @param address where Kafka clients connect
 * @param page where a browser finds the page; empty where there is none
 * @param read clicks of the source that went to Kafka
 * @param clicksPerSecond accepted clicks, over the last seconds
 * @param stepsPerSecond training steps, over the last seconds
 * @param modelStep step of the served model, 0 before there is one
 * @param modelAge age of the newest click that the served model has learned from
 * @param warmingUp whether latencies are still those of the warm-up
 * @param ndcgHistory the model's moving NDCG@10, oldest first
 * @param heapBytes heap in use
 */
record Frame(
        Duration elapsed,
        String source,
        String status,
        String address,
        String page,
        long read,
        double clicksPerSecond,
        double stepsPerSecond,
        Books.Figures figures,
        ClickOutcomeCounts outcomes,
        long modelStep,
        Duration modelAge,
        PrequentialRace.Standing recent,
        PrequentialRace.Standing afterFirstTenth,
        Percentiles clickToRecommendation,
        Percentiles clickToModel,
        boolean warmingUp,
        List<Double> ndcgHistory,
        List<Audience.Scene> users,
        long heapBytes) {
    /** Milliseconds. */
    record Percentiles(long p50, long p99, boolean measured) {
        static Percentiles of(MeasuredLatency latency) {
            LatencyHistogram shown = latency.shown();
            return new Percentiles(shown.percentileMs(.5), shown.percentileMs(.99), shown.count() > 0);
        }
    }
}
