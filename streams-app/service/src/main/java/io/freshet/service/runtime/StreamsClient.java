package io.freshet.service.runtime;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.StreamsKeys;
import io.freshet.service.telemetry.LogIds;
import io.freshet.training.liveness.Heartbeats;
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

/** The Kafka Streams client of a role, with its life cycle, fatal error and metrics. Starts once and closes once. */
final class StreamsClient {
    private static final Logger LOG = LoggerFactory.getLogger(StreamsClient.class);

    private final String role;
    private final String applicationId;
    private final FreshetConfig config;
    private final UncaughtErrors errors = new UncaughtErrors();
    private final KafkaStreams streams;
    private final StreamsMeters meters;
    private final Heartbeats heartbeats;
    private final CountDownLatch running = new CountDownLatch(1);
    private volatile long startedNanos;

    /**
     * Prepares the client. Nothing runs yet.
     *
     * @param role role of the process, for the log
     * @param clients creates the consumers and producers
     * @param registry receives the client's metrics and the progress of store restoration
     */
    StreamsClient(
            String role,
            FreshetConfig config,
            Topology topology,
            Map<String, Object> properties,
            KafkaClientSupplier clients,
            MeterRegistry registry) {
        this.role = role;
        applicationId = config.get(ProcessKeys.APPLICATION_ID);
        this.config = config;
        streams = new KafkaStreams(topology, new StreamsConfig(properties), clients);
        streams.setUncaughtExceptionHandler(errors);
        streams.setStateListener(this::stateChanged);
        streams.setGlobalStateRestoreListener(new RestoreProgress(registry));
        meters = new StreamsMeters(streams, registry);
        heartbeats = new Heartbeats(config.get(HttpKeys.HEALTH_STALL));
    }

    private void stateChanged(KafkaStreams.State now, KafkaStreams.State before) {
        LogIds.ofThread(LogIds.ROLE, role);
        LOG.info("Streams of {}: now {}, before {}", applicationId, now, before);
        if (now == KafkaStreams.State.RUNNING) {
            running.countDown();
        }
    }

    void start() {
        startedNanos = System.nanoTime();
        streams.start();
    }

    /** Returns the stream threads that make no progress; empty if all do, or if none should run. */
    List<String> overdue() {
        return state().isRunningOrRebalancing()
                ? StreamThreads.overdue(
                        streams.metrics(), heartbeats, Duration.ofNanos(System.nanoTime() - startedNanos))
                : List.of();
    }

    /** Returns the number of stream threads that report when they last polled. */
    int threadsThatPoll() {
        return StreamThreads.count(streams.metrics());
    }

    /** Returns the client, for queries of its stores. */
    KafkaStreams streams() {
        return streams;
    }

    KafkaStreams.State state() {
        return streams.state();
    }

    /** Returns the error that made the client shut down, if any. */
    Optional<Throwable> failure() {
        return errors.fatal();
    }

    /**
     * Waits until every store is restored and records are processed for the first time. Returns false if that takes longer
     * than the timeout.
     */
    boolean awaitRunning(Duration timeout) throws InterruptedException {
        return running.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Closes cleanly within the configured time, so that the stores on disk need no restoration. A dynamic member leaves
     * its group, so that the next start need not wait for its session to expire; a static member will resume its place.
     *
     * @return whether the client stopped in time; if not, running threads may still use objects passed to the topology
     */
    boolean closeInTime() {
        meters.close();
        Duration timeout = config.get(StreamsKeys.CLOSE_TIMEOUT);
        boolean stopped = streams.close(CloseOptions.timeout(timeout)
                .withGroupMembershipOperation(
                        config.get(StreamsKeys.INSTANCE_ID).isEmpty()
                                ? CloseOptions.GroupMembershipOperation.LEAVE_GROUP
                                : CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
        if (!stopped) {
            LOG.warn("Streams of {} did not close within {}: state={}", applicationId, timeout, state());
        }
        return stopped;
    }
}
