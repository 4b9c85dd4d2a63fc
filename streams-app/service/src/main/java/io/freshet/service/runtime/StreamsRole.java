package io.freshet.service.runtime;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.StreamsKeys;
import io.freshet.service.config.key.VariantKeys;
import io.freshet.service.output.Outputs;
import io.freshet.service.recommend.FollowedVariants;
import io.freshet.service.recommend.Variants;
import io.freshet.service.sequencer.BoundedRocksDb;
import io.freshet.service.sequencer.ClickOutcomeCounts;
import io.freshet.service.sequencer.ClickOutcomes;
import io.freshet.service.sequencer.UserSequences;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.telemetry.LogIds;
import io.freshet.store.SnapshotStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.KafkaStreams;

/**
 * The {@code streams} role of a process: sequencer and scorer on a Kafka Streams client, and the live models of the scorer.
 *
 * <p>Its topics must exist ({@link io.freshet.service.config.TopicSetup}). Starts once and closes once.
 */
public final class StreamsRole implements AnsweringRole, AutoCloseable {
    private static final String NAME = LogIds.STREAMS;

    private final BoundedRocksDb.Memory rocksDbMemory;
    private final FollowedVariants followed;
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
        if (config.get(VariantKeys.SHADOW)) {
            throw new ConfigException("The streams role serves its users and cannot be a shadow: scorer.shadow=true");
        }
        rocksDbMemory = new BoundedRocksDb.Memory(
                config.get(StreamsKeys.ROCKSDB_CACHE_BYTES), config.get(StreamsKeys.ROCKSDB_WRITE_BUFFER_BYTES));
        followed = new FollowedVariants(NAME, config, store, registry, clock);
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

    /**
     * Excludes partitions added after the state was made. Must be called before the start.
     *
     * @param counts number of partitions of each topic with which the state was made
     */
    public void keepTo(Map<String, Integer> counts) {
        partitions.keepTo(counts);
    }

    /** Starts following the models and processing clicks. */
    public void start() {
        followed.start();
        client.start();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Variants variants() {
        return followed.variants();
    }

    /** Returns the model of the process's own variant; listeners can be added before the start. */
    public LiveModel liveModel() {
        return variants().own().live();
    }

    /**
     * Returns the counts of clicks out of order, counted exactly once; empty while the stores are being moved or restored.
     */
    public Optional<ClickOutcomeCounts> clickOutcomes() {
        return ClickOutcomes.read(client.streams());
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
    public KafkaStreams.State state() {
        return client.state();
    }

    @Override
    public Optional<Throwable> failure() {
        return client.failure();
    }

    @Override
    public List<String> overdue() {
        return Stream.concat(client.overdue().stream(), followed.overdue().stream())
                .toList();
    }

    @Override
    public List<String> whyNotAnswering() {
        return followed.whyNotReady();
    }

    /**
     * Waits until every store is restored and clicks are processed for the first time. Returns false if that takes longer
     * than the timeout.
     */
    public boolean awaitRunning(Duration timeout) throws InterruptedException {
        return client.awaitRunning(timeout);
    }

    /**
     * Closes the role. If the client does not stop in time, its threads may still use models and stores, so these are
     * not closed; the end of the process frees them.
     */
    @Override
    public void close() {
        meters.close();
        boolean stopped = client.closeInTime();
        followed.stopFollowing();
        if (stopped) {
            followed.close();
            rocksDbMemory.close();
        }
    }
}
