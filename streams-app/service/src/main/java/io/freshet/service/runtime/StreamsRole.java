package io.freshet.service.runtime;

import io.freshet.service.clickformat.SchemaClickFormat;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.StreamsKeys;
import io.freshet.service.config.key.VariantKeys;
import io.freshet.service.output.Outputs;
import io.freshet.service.output.SchemaGate;
import io.freshet.service.recommend.FollowedVariants;
import io.freshet.service.schema.SchemaRegistry;
import io.freshet.service.sequencer.BoundedRocksDb;
import io.freshet.service.sequencer.ClickOutcomeCounts;
import io.freshet.service.sequencer.UserSequences;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.telemetry.LogIds;
import io.freshet.store.SnapshotStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
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
    private final SourcePartitions partitions;
    private final UserSequences users;
    private final RocksDbMeters meters;
    private final SchemaGate gate;
    private final SchemaRegistry schemas;

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
        BoundedRocksDb.Memory memory = new BoundedRocksDb.Memory(
                config.get(StreamsKeys.ROCKSDB_CACHE_BYTES), config.get(StreamsKeys.ROCKSDB_WRITE_BUFFER_BYTES));
        SourcePartitions sources = new SourcePartitions();
        FollowedVariants followed = new FollowedVariants(NAME, config, store, registry, clock);
        Map<String, Object> properties = StreamsProperties.of(config);
        memory.shareThrough(properties);
        Outputs outputs = Outputs.of(config, registry, clock);
        outputs.shareThrough(properties);
        SchemaGate records = gate(config, registry);
        super(
                NAME,
                config,
                followed,
                FreshetTopology.build(config, properties, followed.variants(), outputs, registry),
                properties,
                sources.clients(properties, outputs.clients(records)),
                registry);
        rocksDbMemory = memory;
        partitions = sources;
        users = new UserSequences(streams());
        meters = new RocksDbMeters(rocksDbMemory, registry);
        gate = records;
        schemas = config.schemas();
    }

    private static SchemaGate gate(FreshetConfig config, MeterRegistry registry) {
        Map<String, SchemaClickFormat> withSchemas = new HashMap<>();
        config.clickFormats().forEach((topic, format) -> {
            if (format instanceof SchemaClickFormat needed) {
                withSchemas.put(topic, needed);
            }
        });
        SchemaGate gate = new SchemaGate(withSchemas);
        gate.bindTo(registry);
        config.schemas().bindTo(registry);
        return gate;
    }

    @Override
    public Optional<String> waitsFor() {
        List<String> waiting = gate.waiting();
        return waiting.isEmpty()
                ? Optional.empty()
                : Optional.of("the schemas of the next records of " + waiting + ": "
                        + schemas.trouble().orElse("the schema registry is being asked"));
    }

    /**
     * Excludes partitions added after the state was made, and divides RocksDB's memory among them. Must be called before the
     * start.
     *
     * @param counts number of partitions of each topic with which the state was made
     */
    public void keepTo(Map<String, Integer> counts) {
        partitions.keepTo(counts);
        counts.values().stream()
                .mapToInt(Integer::intValue)
                .filter(count -> count > 0)
                .max()
                .ifPresent(rocksDbMemory::divideAmong);
    }

    /** Returns the model of the process's own variant; listeners can be added before the start. */
    public LiveModel liveModel() {
        return variants().own().live();
    }

    /**
     * Returns the counts of clicks out of order, counted exactly once; empty while the stores are being moved or restored.
     */
    public Optional<ClickOutcomeCounts> clickOutcomes() {
        return ClickOutcomeCounts.of(streams());
    }

    /** Returns queries of the users' sequences, on this instance and others. */
    public UserSequences users() {
        return users;
    }

    /** Returns the bytes in use of the memory that the state stores share. */
    public long rocksDbBytes() {
        return rocksDbMemory.usedBytes();
    }

    @Override
    void closed(boolean stopped) {
        meters.close();
        if (stopped) {
            rocksDbMemory.close();
        }
    }
}
