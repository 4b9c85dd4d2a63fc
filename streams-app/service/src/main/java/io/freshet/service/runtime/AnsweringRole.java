package io.freshet.service.runtime;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.StreamsKeys;
import io.freshet.service.recommend.FollowedVariants;
import io.freshet.service.recommend.RecommendationFormat;
import io.freshet.service.recommend.Variants;
import io.freshet.service.telemetry.LogIds;
import io.freshet.training.liveness.Heartbeats;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A role of a process that answers clicks: a Kafka Streams client, and the live models. Starts once and closes once.
 * Thread-safe.
 *
 * <p>A record that cannot be processed, and cannot be put aside either, shuts the client down; {@link #failure} then has
 * the error.
 */
public abstract sealed class AnsweringRole implements AutoCloseable permits StreamsRole, ScorerRole {
    private static final Logger LOG = LoggerFactory.getLogger(AnsweringRole.class);

    private final String name;
    private final FreshetConfig config;
    private final FollowedVariants followed;
    private final UncaughtErrors errors = new UncaughtErrors();
    private final KafkaStreams streams;
    private final StreamsMeters meters;
    private final Heartbeats heartbeats;
    private final CountDownLatch running = new CountDownLatch(1);
    private volatile long startedNanos;

    /**
     * Prepares the role. Nothing runs yet.
     *
     * @param name name of the role, as in {@code freshet run}
     * @param followed models that the topology uses; owned by the role from now on
     * @param clients creates the consumers and producers
     * @param registry receives the client's metrics and the progress of store restoration
     */
    AnsweringRole(
            String name,
            FreshetConfig config,
            FollowedVariants followed,
            Topology topology,
            Map<String, Object> properties,
            KafkaClientSupplier clients,
            MeterRegistry registry) {
        this.name = name;
        this.config = config;
        this.followed = followed;
        streams = new KafkaStreams(topology, new StreamsConfig(properties), clients);
        streams.setUncaughtExceptionHandler(errors);
        streams.setStateListener(this::stateChanged);
        streams.setGlobalStateRestoreListener(new RestoreProgress(registry));
        meters = new StreamsMeters(streams, registry);
        heartbeats = new Heartbeats(config.get(HttpKeys.HEALTH_STALL));
    }

    private void stateChanged(KafkaStreams.State now, KafkaStreams.State before) {
        LogIds.ofThread(LogIds.ROLE, name);
        LOG.info("Streams of {}: now {}, before {}", config.get(ProcessKeys.APPLICATION_ID), now, before);
        if (now == KafkaStreams.State.RUNNING) {
            running.countDown();
        }
    }

    /**
     * Starts following the models and answering. If recommendations are in Avro, first registers their schema, and waits
     * up to a minute for the registry.
     *
     * @throws org.apache.kafka.common.config.ConfigException if the schema registry refuses the schema, with its reason
     * @throws io.freshet.service.schema.RegistryAwayException if the schema registry does not answer
     */
    public final void start() {
        RecommendationFormat.of(config).prepare();
        startedNanos = System.nanoTime();
        followed.start();
        streams.start();
    }

    /** Returns the role's name, as in {@code freshet run}. */
    public final String name() {
        return name;
    }

    /** Returns the variants that answer; listeners can be added to their models before the start. */
    public final Variants variants() {
        return followed.variants();
    }

    public final KafkaStreams.State state() {
        return streams.state();
    }

    /** Returns the error that made the client shut down, if any. */
    public final Optional<Throwable> failure() {
        return errors.fatal();
    }

    /** Returns the reasons why some variant does not answer with its model and at full speed; empty if all do. */
    public final List<String> whyNotAnswering() {
        return followed.whyNotReady();
    }

    /** Returns what the role waits for, although it answers; empty if it waits for nothing. */
    public Optional<String> waitsFor() {
        return Optional.empty();
    }

    /** Returns the loops of the role that make no progress; empty if all do, or if none should run. */
    public final List<String> overdue() {
        List<String> threads = isAlive()
                ? StreamThreads.overdue(
                        streams.metrics(), heartbeats, Duration.ofNanos(System.nanoTime() - startedNanos))
                : List.of();
        return Stream.concat(threads.stream(), followed.overdue().stream()).toList();
    }

    /** Returns whether the client is running or rebalancing. */
    public final boolean isAlive() {
        return state().isRunningOrRebalancing();
    }

    /**
     * Waits until partitions are assigned and every store is restored for the first time. Returns false if that takes
     * longer than the timeout.
     */
    public final boolean awaitRunning(Duration timeout) throws InterruptedException {
        return running.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Returns the number of stream threads that report when they last polled. */
    public final int threadsThatPoll() {
        return StreamThreads.count(streams.metrics());
    }

    /** Returns the client, for queries of its stores. */
    final KafkaStreams streams() {
        return streams;
    }

    /**
     * Closes the role within the configured time, so that the stores on disk need no restoration. If the client does not
     * stop in time, its threads may still use models and stores, so these are not closed; the end of the process frees
     * them.
     */
    @Override
    public final void close() {
        meters.close();
        boolean stopped = stop();
        followed.stopFollowing();
        if (stopped) {
            followed.close();
        }
        closed(stopped);
    }

    /**
     * Stops the client. A dynamic member leaves its group, so that the next start need not wait for its session to
     * expire; a static member will resume its place. Returns whether the client stopped in time.
     */
    private boolean stop() {
        Duration timeout = config.get(StreamsKeys.CLOSE_TIMEOUT);
        boolean stopped = streams.close(CloseOptions.timeout(timeout)
                .withGroupMembershipOperation(
                        config.get(StreamsKeys.INSTANCE_ID).isEmpty()
                                ? CloseOptions.GroupMembershipOperation.LEAVE_GROUP
                                : CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
        if (!stopped) {
            LOG.warn(
                    "Streams of {} did not close within {}: state={}",
                    config.get(ProcessKeys.APPLICATION_ID),
                    timeout,
                    state());
        }
        return stopped;
    }

    /**
     * Frees what else the role owns.
     *
     * @param stopped whether the client stopped, so that its threads use nothing any more
     */
    void closed(boolean stopped) {}
}
