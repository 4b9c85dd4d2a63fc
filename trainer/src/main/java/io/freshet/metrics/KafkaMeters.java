package io.freshet.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * Kafka's own metrics of some clients, {@code kafka.*} in a registry, until closed. A client has more metrics the more it
 * does, so they are looked at again and again, by one thread for all clients. For one thread.
 */
public final class KafkaMeters implements AutoCloseable {
    /** Time between two looks at what metrics a client has. */
    public static final Duration REFRESH = Duration.ofSeconds(5);

    private static final Duration CLOSE = Duration.ofSeconds(1);
    private static final List<Tag> NO_TAGS = List.of();

    private final MeterRegistry registry;
    private final ScheduledExecutorService looks = MeterThread.named("kafka-meters");
    private final List<KafkaClientMetrics> watched = new ArrayList<>();

    public KafkaMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Keeps out what is not worth its time series: metrics of each connection to a broker, which there are many of, and the
     * block cache as each store sees it, which is the one that all of them share. For a registry that has no meters yet.
     */
    public static MeterFilter filter() {
        return MeterFilter.deny(KafkaMeters::isIdle);
    }

    private static boolean isIdle(Meter.Id id) {
        String name = id.getName();
        return name.startsWith("kafka.")
                && (id.getTag("node.id") != null
                        || name.startsWith("kafka.app.info")
                        || name.startsWith("kafka.stream.state.block.cache"));
    }

    /** The consumer, whose metrics are in the registry from now on; it stays the caller's. */
    public <C extends Consumer<?, ?>> C watch(C consumer) {
        bind(new KafkaClientMetrics(consumer, NO_TAGS, looks, REFRESH));
        return consumer;
    }

    /** The producer, whose metrics are in the registry from now on; it stays the caller's. */
    public <P extends Producer<?, ?>> P watch(P producer) {
        bind(new KafkaClientMetrics(producer, NO_TAGS, looks, REFRESH));
        return producer;
    }

    private void bind(KafkaClientMetrics metrics) {
        watched.add(metrics);
        metrics.bindTo(registry);
    }

    /** Takes the meters out of the registry. */
    @Override
    public void close() {
        looks.shutdownNow();
        try {
            // A look that is going on would put back what is taken out.
            boolean _ = looks.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        watched.forEach(KafkaClientMetrics::close);
    }
}
