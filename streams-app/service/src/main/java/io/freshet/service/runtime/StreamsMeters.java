package io.freshet.service.runtime;

import io.freshet.training.telemetry.KafkaMeters;
import io.freshet.training.telemetry.MeterThread;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.streams.KafkaStreams;

/**
 * Meters of a Kafka Streams client, {@code kafka.*}, including those of its consumers and producers. {@code close} removes
 * them from the registry, and must precede closing the client.
 */
final class StreamsMeters implements AutoCloseable {
    private final ScheduledExecutorService looks = MeterThread.named("streams-meters");
    private final KafkaStreamsMetrics kafka;

    /** @param streams owned by the caller */
    StreamsMeters(KafkaStreams streams, MeterRegistry registry) {
        kafka = new KafkaStreamsMetrics(streams, List.of(), looks, KafkaMeters.REFRESH);
        kafka.bindTo(registry);
    }

    @Override
    public void close() {
        looks.shutdownNow();
        kafka.close();
    }
}
