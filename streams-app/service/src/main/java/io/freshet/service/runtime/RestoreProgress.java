package io.freshet.service.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/**
 * Meters of the progress of state store restoration. The remainder is counted in offsets. Compaction leaves fewer records
 * than offsets, so it is an upper bound; it becomes zero when a store is restored. Thread-safe.
 */
final class RestoreProgress implements StateRestoreListener {
    /** Changelog partition → offsets still to be restored. */
    private final Map<TopicPartition, Long> remaining = new ConcurrentHashMap<>();

    private final Counter restored;

    RestoreProgress(MeterRegistry registry) {
        restored = Counter.builder("freshet.restore.records")
                .description("Changelog records restored into state stores")
                .register(registry);
        Gauge.builder("freshet.restore.partitions", remaining, Map::size)
                .description("Partitions of state stores that are being restored")
                .strongReference(true)
                .register(registry);
        Gauge.builder("freshet.restore.remaining", this, progress -> (double) progress.sum())
                .description("Upper bound of the changelog offsets that are still to be restored into state stores")
                .strongReference(true)
                .register(registry);
    }

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long start, long end) {
        remaining.put(partition, Math.max(0, end - start));
    }

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long batchEnd, long records) {
        restored.increment((double) records);
        remaining.computeIfPresent(partition, (_, left) -> Math.max(0, left - records));
    }

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long records) {
        remaining.remove(partition);
    }

    @Override
    public void onRestoreSuspended(TopicPartition partition, String store, long records) {
        remaining.remove(partition);
    }

    private long sum() {
        return remaining.values().stream().mapToLong(Long::longValue).sum();
    }
}
