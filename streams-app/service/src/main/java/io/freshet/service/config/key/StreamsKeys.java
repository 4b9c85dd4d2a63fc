package io.freshet.service.config.key;

import java.time.Duration;

/** Keys of the Kafka Streams client. */
public final class StreamsKeys {
    static final KeyGroup KEYS = new KeyGroup();

    public static final ConfigKey<Integer> THREADS =
            KEYS.integer("streams.threads", 1, "threads").between(1, 256).doc("Stream threads of this process.");
    public static final ConfigKey<String> INSTANCE_ID = KEYS.text("streams.instance.id", "")
            .doc("Id for static membership: different for each process, and the same after a restart; empty for"
                    + " none.");
    public static final ConfigKey<Duration> COMMIT_INTERVAL = KEYS.millis(
                    "streams.commit.interval.ms", Duration.ofMillis(20))
            .atLeast(1)
            .doc("Time between commits; a recommendation becomes visible after the next commit.");
    public static final ConfigKey<Long> ROCKSDB_CACHE_BYTES = KEYS.longInteger(
                    "streams.rocksdb.cache.bytes", 67_108_864, "bytes")
            .atLeast(1 << 20)
            .doc("Block cache shared by all state stores of the process.");
    public static final ConfigKey<Long> ROCKSDB_WRITE_BUFFER_BYTES = KEYS.longInteger(
                    "streams.rocksdb.write.buffer.bytes", 16_777_216, "bytes")
            .atLeast(1 << 20)
            .doc("Part of the block cache for memtables. All partitions share it equally; each gets at least a 64th of"
                    + " it.");
    public static final ConfigKey<Duration> CLOSE_TIMEOUT = KEYS.millis(
                    "streams.close.timeout.ms", Duration.ofSeconds(4))
            .atLeast(0)
            .doc("The longest wait for a clean shutdown of the stream threads.");

    private StreamsKeys() {}
}
