package io.freshet.service.runtime;

import io.freshet.service.sequencer.BoundedRocksDb;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Meters of the memory that all state stores share. {@code close} removes them from the registry, and must precede closing
 * the memory.
 */
final class RocksDbMeters implements AutoCloseable {
    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();

    /** @param memory owned by the caller */
    RocksDbMeters(BoundedRocksDb.Memory memory, MeterRegistry registry) {
        this.registry = registry;
        bytes(
                "used",
                "Memory in use in the block cache of all state stores, memtables included",
                memory,
                BoundedRocksDb.Memory::usedBytes);
        bytes(
                "pinned",
                "Part of the cache that cannot be evicted: mostly memtables",
                memory,
                BoundedRocksDb.Memory::pinnedBytes);
        bytes(
                "max",
                "Size limit of the block cache (streams.rocksdb.cache.bytes)",
                memory,
                BoundedRocksDb.Memory::maxBytes);
    }

    private void bytes(
            String name,
            String description,
            BoundedRocksDb.Memory memory,
            ToDoubleFunction<BoundedRocksDb.Memory> value) {
        meters.add(Gauge.builder("freshet.rocksdb." + name, memory, value)
                .description(description)
                .baseUnit(BaseUnits.BYTES)
                .register(registry));
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
    }
}
