package io.freshet.service.runtime;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.StreamsKeys;
import io.freshet.service.config.key.VariantKeys;
import io.freshet.service.output.Outputs;
import io.freshet.service.sequencer.BoundedRocksDb;
import io.freshet.service.sequencer.ClickOutcomeCounts;
import io.freshet.service.sequencer.UserSequences;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.telemetry.LogIds;
import io.freshet.store.SnapshotStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;

/**
 * The {@code streams} role of a process: sequencer and scorer on a Kafka Streams client, and the live models of the scorer.
 *
 * <p>Its topics must exist ({@link io.freshet.service.config.TopicSetup}). Starts once and closes once.
 */
public final class StreamsRole extends AnsweringRole {
    private static final String NAME = LogIds.STREAMS;

    private final BoundedRocksDb.Memory rocksDbMemory;
    private final SourcePartitions partitions = new SourcePartitions();
    private final StreamsClient client;
    private final UserSequences users;
    private final RocksDbMeters meters;

    /**
     * Prepares the role. Nothing runs yet.
     *
     * @param store store of the snapshots that the manifests name; only read
     * @param registry receives the role's metrics
     * @throws ConfigException if the configuration is that of a shadow
     */
    public StreamsRole(FreshetConfig config, SnapshotStore store, MeterRegistry registry, Clock clock) {
        super(NAME, requireNoShadow(config), store, registry, clock);
        rocksDbMemory = new BoundedRocksDb.Memory(
                config.get(StreamsKeys.ROCKSDB_CACHE_BYTES), config.get(StreamsKeys.ROCKSDB_WRITE_BUFFER_BYTES));
        Map<String, Object> properties = StreamsProperties.of(config);
        rocksDbMemory.shareThrough(properties);
        Outputs outputs = Outputs.of(config, registry, clock);
        outputs.shareThrough(properties);
        client = new StreamsClient(
                NAME,
                config,
                FreshetTopology.build(config, properties, followed.variants(), outputs, registry),
                properties,
                partitions.clients(properties, outputs.clients()),
                registry);
        users = new UserSequences(client.streams());
        meters = new RocksDbMeters(rocksDbMemory, registry);
    }

    private static FreshetConfig requireNoShadow(FreshetConfig config) {
        if (config.get(VariantKeys.SHADOW)) {
            throw new ConfigException("The streams role serves its users and cannot be a shadow: scorer.shadow=true");
        }
        return config;
    }

    /**
     * Excludes partitions added after the state was made. Must be called before the start.
     *
     * @param counts number of partitions of each topic with which the state was made
     */
    public void keepTo(Map<String, Integer> counts) {
        partitions.keepTo(counts);
    }

    /** Returns the model of the process's own variant; listeners can be added before the start. */
    public LiveModel liveModel() {
        return variants().own().live();
    }

    /**
     * Returns the counts of clicks out of order, counted exactly once; empty while the stores are being moved or restored.
     */
    public Optional<ClickOutcomeCounts> clickOutcomes() {
        return ClickOutcomeCounts.of(client.streams());
    }

    /** Returns queries of the users' sequences, on this instance and others. */
    public UserSequences users() {
        return users;
    }

    /** Returns the number of stream threads that report when they last polled. */
    public int threadsThatPoll() {
        return client.threadsThatPoll();
    }

    /** Returns the bytes in use of the memory that the state stores share. */
    public long rocksDbBytes() {
        return rocksDbMemory.usedBytes();
    }

    @Override
    StreamsClient client() {
        return client;
    }

    /** Closes the role, except for what threads that do not stop in time may still use. */
    @Override
    public void close() {
        meters.close();
        if (closeClient()) {
            rocksDbMemory.close();
        }
    }
}
