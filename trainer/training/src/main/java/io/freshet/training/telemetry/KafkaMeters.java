package io.freshet.training.telemetry;

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
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * Binds the metrics of Kafka clients to a registry, as {@code kafka.*}, until closed. A client registers further
 * metrics while it runs, so one thread scans all clients periodically. Not thread-safe.
 */
public final class KafkaMeters implements AutoCloseable {
    /** Interval between two scans for new metrics of a client. */
    public static final Duration REFRESH = Duration.ofSeconds(5);

    private static final Duration CLOSE = Duration.ofSeconds(1);
    private static final List<Tag> NO_TAGS = List.of();

    private static final String STORE = "kafka.stream.state.";

    /** Metrics of a store with the recording level DEBUG or TRACE, in the documentation of Kafka Streams 4.3. */
    private static final Pattern UNMEASURED =
            Pattern.compile("((put|put\\.if\\.absent|put\\.all|get|delete|all|range|prefix\\.scan|flush|commit|restore)"
                    + "\\.(rate|latency\\..*)|iterator\\.duration\\..*|record\\.e2e\\.latency\\..*"
                    + "|bytes\\..*|memtable\\..*|write\\.stall\\..*|compaction\\.time\\..*"
                    + "|number\\.open\\.files(\\..*)?|number\\.file\\.errors(\\..*)?)");

    private final MeterRegistry registry;
    private final ScheduledExecutorService looks = MeterThread.named("kafka-meters");
    private final List<KafkaClientMetrics> watched = new ArrayList<>();

    /** Creates meters that watch no client yet. */
    public KafkaMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Returns a filter that drops metrics that do not justify a time series: the many metrics of single connections
     * to brokers, the block cache as reported by each store, since all stores share one cache, and, without details,
     * metrics of stores that Kafka Streams measures only at a recording level below INFO. It registers these at every level, for
     * each store of each partition. Must be installed before the registry has meters.
     *
     * @param details whether the recording level is below INFO
     */
    public static MeterFilter filter(boolean details) {
        return MeterFilter.deny(id -> isIdle(id) || (!details && isUnmeasured(id.getName())));
    }

    private static boolean isIdle(Meter.Id id) {
        String name = id.getName();
        return name.startsWith("kafka.")
                && (id.getTag("node.id") != null
                        || name.startsWith("kafka.app.info")
                        || name.startsWith("kafka.stream.state.block.cache"));
    }

    private static boolean isUnmeasured(String name) {
        return name.startsWith(STORE)
                && UNMEASURED.matcher(name.substring(STORE.length())).matches();
    }

    /** Adds the metrics of a consumer to the registry and returns the consumer, which the caller still owns. */
    public <C extends Consumer<?, ?>> C watch(C consumer) {
        bind(new KafkaClientMetrics(consumer, NO_TAGS, looks, REFRESH));
        return consumer;
    }

    /** Adds the metrics of a producer to the registry and returns the producer, which the caller still owns. */
    public <P extends Producer<?, ?>> P watch(P producer) {
        bind(new KafkaClientMetrics(producer, NO_TAGS, looks, REFRESH));
        return producer;
    }

    private void bind(KafkaClientMetrics metrics) {
        watched.add(metrics);
        metrics.bindTo(registry);
    }

    /** Removes the meters from the registry. */
    @Override
    public void close() {
        looks.shutdownNow();
        try {
            // A running scan would add removed meters again.
            boolean _ = looks.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        watched.forEach(KafkaClientMetrics::close);
    }
}
