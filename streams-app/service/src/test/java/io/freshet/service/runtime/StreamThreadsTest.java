package io.freshet.service.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.training.liveness.Heartbeats;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.Metrics;
import org.junit.jupiter.api.Test;

final class StreamThreadsTest {
    private static final Heartbeats HEARTBEATS = new Heartbeats(Duration.ofSeconds(60));

    @Test
    void shouldNameThreadsThatHaveNotPolledWithinTheBound() {
        try (Metrics metrics = new Metrics()) {
            add(metrics, "app-1-StreamThread-1-consumer", 61);
            add(metrics, "app-1-StreamThread-2-consumer", 59);
            add(metrics, "app-1-StateUpdater-1-restore-consumer", 1_000);

            assertThat(StreamThreads.overdue(metrics.metrics(), HEARTBEATS, Duration.ofSeconds(100)))
                    .singleElement()
                    .asString()
                    .contains("app-1-StreamThread-1 ", "within 60.0 s", "=61.0");
        }
    }

    @Test
    void shouldCountFromTheStartWhereAThreadHasNeverPolled() {
        try (Metrics metrics = new Metrics()) {
            add(metrics, "app-1-StreamThread-1-consumer", -1);

            assertThat(StreamThreads.overdue(metrics.metrics(), HEARTBEATS, Duration.ofSeconds(10)))
                    .isEmpty();
            assertThat(StreamThreads.overdue(metrics.metrics(), HEARTBEATS, Duration.ofSeconds(61)))
                    .hasSize(1);
        }
    }

    private static void add(Metrics metrics, String client, double seconds) {
        MetricName name = metrics.metricName("last-poll-seconds-ago", "consumer-metrics", Map.of("client-id", client));
        metrics.addMetric(name, (Gauge<Double>) (_, _) -> seconds);
    }
}
