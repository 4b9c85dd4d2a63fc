package io.freshet.service.runtime;

import io.freshet.training.liveness.Heartbeats;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * Checks that the stream threads of a client make progress. Each thread polls its consumer in every turn of its loop, also
 * while stores are restored.
 */
final class StreamThreads {
    private static final String LAST_POLL = "last-poll-seconds-ago";
    private static final String CLIENT_ID = "client-id";
    private static final String CONSUMER = "-consumer";
    private static final String RESTORE_CONSUMER = "-restore-consumer";

    private StreamThreads() {}

    /**
     * Returns one sentence for each thread that has not polled within the bound.
     *
     * @param metrics metrics of the client and its consumers
     * @param uptime time since the client was started, used for a thread that has never polled
     */
    static List<String> overdue(Map<MetricName, ? extends Metric> metrics, Heartbeats heartbeats, Duration uptime) {
        return metrics.entrySet().stream()
                .filter(metric -> isOfThread(metric.getKey()))
                .map(metric -> overdue(metric.getKey(), metric.getValue(), heartbeats, uptime))
                .flatMap(Optional::stream)
                .sorted()
                .toList();
    }

    /** Returns the number of threads that report when they last polled. */
    static int count(Map<MetricName, ? extends Metric> metrics) {
        return (int) metrics.keySet().stream().filter(StreamThreads::isOfThread).count();
    }

    private static boolean isOfThread(MetricName name) {
        String client = name.tags().getOrDefault(CLIENT_ID, "");
        return name.name().equals(LAST_POLL) && client.endsWith(CONSUMER) && !client.endsWith(RESTORE_CONSUMER);
    }

    private static Optional<String> overdue(MetricName name, Metric metric, Heartbeats heartbeats, Duration uptime) {
        double seconds = metric.metricValue() instanceof Number number ? number.doubleValue() : 0;
        Duration age = seconds < 0 ? uptime : Duration.ofMillis((long) (seconds * 1_000));
        String client = name.tags().getOrDefault(CLIENT_ID, "");
        return heartbeats.overdue(client.substring(0, client.length() - CONSUMER.length()), age);
    }
}
