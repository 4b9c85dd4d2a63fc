package io.freshet.topology;

import io.freshet.config.FreshetConfig;
import io.freshet.config.StreamsRuntimeConfig;
import io.freshet.liveness.Heartbeats;
import io.freshet.telemetry.LogIds;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Kafka Streams client of a role: its life, what ended it, and its metrics. Starts once and closes once. */
final class StreamsClient {
    private static final Logger LOG = LoggerFactory.getLogger(StreamsClient.class);

    private final String role;
    private final String applicationId;
    private final StreamsRuntimeConfig config;
    private final UncaughtErrors errors = new UncaughtErrors();
    private final KafkaStreams streams;
    private final StreamsMeters meters;
    private final Heartbeats heartbeats;
    private final CountDownLatch running = new CountDownLatch(1);
    private volatile long startedNanos;

    /**
     * Prepares the client; nothing runs yet.
     *
     * @param role whose client it is, for the log
     * @param clients makes its consumers and producers
     * @param registry receives the client's metrics, and how far its stores are restored
     */
    StreamsClient(
            String role,
            FreshetConfig config,
            Topology topology,
            Map<String, Object> properties,
            KafkaClientSupplier clients,
            MeterRegistry registry) {
        this.role = role;
        applicationId = config.applicationId();
        this.config = config.streams();
        streams = new KafkaStreams(topology, new StreamsConfig(properties), clients);
        streams.setUncaughtExceptionHandler(errors);
        streams.setStateListener(this::stateChanged);
        streams.setGlobalStateRestoreListener(new RestoreProgress(registry));
        meters = new StreamsMeters(streams, registry);
        heartbeats = new Heartbeats(config.stallBound());
    }

    private void stateChanged(KafkaStreams.State now, KafkaStreams.State before) {
        LogIds.ofThread(LogIds.ROLE, role);
        LOG.info("Streams of {}: {} after {}", applicationId, now, before);
        if (now == KafkaStreams.State.RUNNING) {
            running.countDown();
        }
    }

    void start() {
        startedNanos = System.nanoTime();
        streams.start();
    }

    /** Which stream threads make no progress; empty where all do, and where none should run. */
    List<String> overdue() {
        return state().isRunningOrRebalancing()
                ? StreamThreads.overdue(
                        streams.metrics(), heartbeats, Duration.ofNanos(System.nanoTime() - startedNanos))
                : List.of();
    }

    /** Stream threads that say when they last polled. */
    int threadsThatPoll() {
        return StreamThreads.count(streams.metrics());
    }

    /** For queries of its stores. */
    KafkaStreams streams() {
        return streams;
    }

    KafkaStreams.State state() {
        return streams.state();
    }

    /** What made the client shut down, if an error did. */
    Optional<Throwable> failure() {
        return errors.fatal();
    }

    /** Waits for the first time that every store is restored and records are processed; false if it takes longer. */
    boolean awaitRunning(Duration timeout) throws InterruptedException {
        return running.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Closes cleanly, within the configured time: what is left of the stores then needs no restoring. A dynamic member
     * leaves its group, so that the next start need not wait for its session to end; a static one comes back to its
     * place.
     *
     * @return whether it did; if not, threads that still run may use what the topology was given
     */
    boolean closeInTime() {
        meters.close();
        boolean stopped = streams.close(CloseOptions.timeout(config.closeTimeout())
                .withGroupMembershipOperation(
                        config.instanceId().isEmpty()
                                ? CloseOptions.GroupMembershipOperation.LEAVE_GROUP
                                : CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
        if (!stopped) {
            LOG.warn("Streams of {} must close within {}: state={}", applicationId, config.closeTimeout(), state());
        }
        return stopped;
    }
}
