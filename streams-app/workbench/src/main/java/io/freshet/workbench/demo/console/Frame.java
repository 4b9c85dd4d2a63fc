package io.freshet.workbench.demo.console;

import io.freshet.service.sequencer.ClickOutcomeCounts;
import io.freshet.workbench.demo.count.LatencyHistogram;
import io.freshet.workbench.demo.count.MeasuredLatency;
import io.freshet.workbench.demo.count.PipelineCounts;
import io.freshet.workbench.demo.count.PrequentialRace;
import io.freshet.workbench.demo.count.RecentUsers;
import java.time.Duration;
import java.util.List;

/**
 * Contents of the live view at one moment.
 *
 * @param source description of the source of the clicks
 * @param status current activity of the demo, with its progress if known
 * @param address address for Kafka clients
 * @param page URL of the page; empty if there is none
 * @param read clicks of the source that went to Kafka
 * @param clicksPerSecond accepted clicks per second, over the last seconds
 * @param stepsPerSecond training steps per second, over the last seconds
 * @param modelStep step of the served model; 0 before there is one
 * @param modelAge age of the newest click that the served model has learned from
 * @param warmingUp whether the latencies are still those of the warm-up
 * @param ndcgHistory moving NDCG@10 of the model, oldest first
 * @param heapBytes heap in use
 */
public record Frame(
        Duration elapsed,
        String source,
        String status,
        String address,
        String page,
        long read,
        double clicksPerSecond,
        double stepsPerSecond,
        PipelineCounts.Figures figures,
        ClickOutcomeCounts outcomes,
        long modelStep,
        Duration modelAge,
        PrequentialRace.Standing recent,
        PrequentialRace.Standing afterFirstTenth,
        Percentiles clickToRecommendation,
        Percentiles clickToModel,
        boolean warmingUp,
        List<Double> ndcgHistory,
        List<RecentUsers.Scene> users,
        long heapBytes) {
    /** Latency percentiles in milliseconds. */
    public record Percentiles(long p50, long p99, boolean measured) {
        public static Percentiles of(MeasuredLatency latency) {
            LatencyHistogram shown = latency.shown();
            return new Percentiles(shown.percentileMs(.5), shown.percentileMs(.99), shown.count() > 0);
        }
    }
}
