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
 * @param status current activity of the demo, with its progress if known
 * @param heapBytes heap in use
 */
public record Frame(
        Duration elapsed,
        String status,
        Places places,
        Counts counts,
        Rates rates,
        ServedModel model,
        Race race,
        Latencies latencies,
        List<RecentUsers.RecentUser> users,
        long heapBytes) {
    /**
     * Where the demo can be reached, and where its clicks come from.
     *
     * @param source description of the source of the clicks
     * @param address address for Kafka clients
     * @param page URL of the page; empty if there is none
     */
    public record Places(String source, String address, String page) {}

    /**
     * Counters, which also distinguish a slow run from a hung one.
     *
     * @param clicksSent clicks of the source that went to Kafka
     */
    public record Counts(long clicksSent, PipelineCounts.Figures figures, ClickOutcomeCounts outcomes) {}

    /** Accepted clicks and training steps per second, over the last seconds. */
    public record Rates(double clicksPerSecond, double stepsPerSecond) {}

    /**
     * The served model.
     *
     * @param step step of the model; 0 before there is one
     * @param age age of the newest click that the model has learned from
     */
    public record ServedModel(long step, Duration age) {}

    /**
     * Accuracy of the model and of its baselines.
     *
     * @param ndcgHistory moving NDCG@10 of the model, oldest first
     */
    public record Race(
            PrequentialRace.Standing recent, PrequentialRace.Standing afterFirstTenth, List<Double> ndcgHistory) {}

    /**
     * Latencies from a click.
     *
     * @param warmingUp whether they are still those of the warm-up
     */
    public record Latencies(Percentiles toRecommendation, Percentiles toModel, boolean warmingUp) {}

    /** Latency percentiles in milliseconds. */
    public record Percentiles(long p50, long p99, boolean measured) {
        public static Percentiles of(MeasuredLatency latency) {
            LatencyHistogram shown = latency.shown();
            return new Percentiles(shown.percentileMs(.5), shown.percentileMs(.99), shown.count() > 0);
        }
    }
}
