package io.freshet.topology;

import io.freshet.metrics.KafkaMeters;
import io.freshet.sequencer.BoundedRocksDb;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.streams.KafkaStreams;

/**
 * Meters of a Kafka Streams client: its own, {@code kafka.*}, with those of its consumers and producers, and the memory of
 * RocksDB. Closing takes them out of the registry, before the client and the memory are closed.
 */
final class StreamsMeters implements AutoCloseable {
    private final MeterRegistry registry;
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("streams-meters").factory());
    private final KafkaStreamsMetrics kafka;
    private final List<Meter> rocksDb = new ArrayList<>();

    /** @param memory stays the caller's, as the client does */
    StreamsMeters(KafkaStreams streams, BoundedRocksDb.Memory memory, MeterRegistry registry) {
        this.registry = registry;
        kafka = new KafkaStreamsMetrics(streams, List.of(), looks, KafkaMeters.REFRESH);
        kafka.bindTo(registry);
        bytes(
                "used",
                "Block cache of all state stores in use, memtables included",
                memory,
                BoundedRocksDb.Memory::usedBytes);
        bytes(
                "pinned",
                "Part of the cache that cannot be evicted: mostly memtables",
                memory,
                BoundedRocksDb.Memory::pinnedBytes);
        bytes(
                "max",
                "The most that the block cache takes, streams.rocksdb.cache.bytes",
                memory,
                BoundedRocksDb.Memory::maxBytes);
    }

    private void bytes(
            String name,
            String description,
            BoundedRocksDb.Memory memory,
            ToDoubleFunction<BoundedRocksDb.Memory> value) {
        rocksDb.add(Gauge.builder("freshet.rocksdb." + name, memory, value)
                .description(description)
                .baseUnit(BaseUnits.BYTES)
                .register(registry));
    }

    @Override
    public void close() {
        looks.shutdownNow();
        rocksDb.forEach(registry::remove);
        kafka.close();
    }
}
