package io.freshet.topology;

import io.freshet.config.FreshetConfig;
import io.freshet.scoring.LiveModel;
import io.freshet.scoring.ModelFollower;
import io.freshet.scoring.Recommender;
import io.freshet.scoring.WarmUp;
import io.freshet.sequencer.BoundedRocksDb;
import io.freshet.sequencer.ClickOutcomeCounts;
import io.freshet.sequencer.ClickOutcomes;
import io.freshet.sequencer.UserSequences;
import io.freshet.store.SnapshotStore;
import io.freshet.telemetry.LogIds;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code streams} role of a process: sequencer and scorer on a Kafka Streams client, and the live model that the
 * scorer answers with.
 *
 * <p>Its topics must exist ({@link io.freshet.config.TopicSetup}). Starts once and closes once.
 */
public final class StreamsRole implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamsRole.class);

    private final FreshetConfig config;
    private final BoundedRocksDb.Memory rocksDbMemory;
    private final LiveModel live;
    private final ModelFollower follower;
    private final Recommender recommender;
    private final WarmUp warmUp;
    private final UncaughtErrors errors = new UncaughtErrors();
    private final KafkaStreams streams;
    private final UserSequences users;
    private final StreamsMeters meters;
    private final CountDownLatch running = new CountDownLatch(1);

    /**
     * Prepares the role; nothing runs yet.
     *
     * @param store where the snapshots are that the manifests name; only read
     * @param registry receives the role's metrics
     */
    public StreamsRole(FreshetConfig config, SnapshotStore store, MeterRegistry registry, Clock clock) {
        this.config = config;
        rocksDbMemory = new BoundedRocksDb.Memory(
                config.streams().rocksDbCacheBytes(), config.streams().rocksDbWriteBufferBytes());
        live = new LiveModel(clock, registry);
        follower = ModelFollower.of(config, store, live, registry);
        recommender = new Recommender(config.scoring(), live, registry, clock, "");
        warmUp = new WarmUp(
                live,
                config.scoring().topK(),
                config.trainer().model().encoder().maxLength());
        live.addListener(warmUp);
        Map<String, Object> properties = StreamsProperties.of(config);
        rocksDbMemory.shareThrough(properties);
        streams = new KafkaStreams(
                FreshetTopology.build(config, properties, recommender, registry), new StreamsConfig(properties));
        users = new UserSequences(streams);
        streams.setUncaughtExceptionHandler(errors);
        streams.setStateListener(this::stateChanged);
        streams.setGlobalStateRestoreListener(new RestoreProgress(registry));
        meters = new StreamsMeters(streams, rocksDbMemory, registry);
    }

    /** Starts following the model and processing clicks. */
    public void start() {
        follower.start();
        streams.start();
    }

    /** The model that the scorer answers with; listeners can be added before the start. */
    public LiveModel liveModel() {
        return live;
    }

    /** What answers clicks and requests; others may ask it, too. */
    public Recommender recommender() {
        return recommender;
    }

    /** What came out of order, counted exactly once; empty while the stores are being moved or restored. */
    public Optional<ClickOutcomeCounts> clickOutcomes() {
        return ClickOutcomes.read(streams);
    }

    /** The users' sequences, on this instance and on others. */
    public UserSequences users() {
        return users;
    }

    /** What the state stores use of the memory that they share. */
    public long rocksDbBytes() {
        return rocksDbMemory.usedBytes();
    }

    public KafkaStreams.State state() {
        return streams.state();
    }

    /** Whether the client works or is on its way to. */
    public boolean isAlive() {
        return streams.state().isRunningOrRebalancing();
    }

    /** Whether answering is as fast as the compiler makes it; not before a model is there. */
    public boolean isWarm() {
        return warmUp.isDone();
    }

    /** What made the client shut down, if an error did. */
    public Optional<Throwable> failure() {
        return errors.fatal();
    }

    /** Waits for the first time that every store is restored and clicks are processed; false if it takes longer. */
    public boolean awaitRunning(Duration timeout) throws InterruptedException {
        return running.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void stateChanged(KafkaStreams.State now, KafkaStreams.State before) {
        LogIds.ofThread(LogIds.ROLE, LogIds.STREAMS);
        LOG.info("Streams of {}: {} after {}", config.applicationId(), now, before);
        if (now == KafkaStreams.State.RUNNING) {
            running.countDown();
        }
    }

    /**
     * Closes cleanly, within the configured time: what is left of the stores then needs no restoring. A dynamic member
     * leaves its group, so that the next start need not wait for its session to end; a static one comes back to its
     * place.
     */
    @Override
    public void close() {
        meters.close();
        boolean stopped = streams.close(CloseOptions.timeout(config.streams().closeTimeout())
                .withGroupMembershipOperation(
                        config.streams().instanceId().isEmpty()
                                ? CloseOptions.GroupMembershipOperation.LEAVE_GROUP
                                : CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
        follower.close();
        if (stopped) {
            live.close();
            rocksDbMemory.close();
        } else {
            // Threads that still run may use both: the end of the process frees them.
            LOG.warn("Streams must close within {}: state={}", config.streams().closeTimeout(), streams.state());
        }
    }
}
