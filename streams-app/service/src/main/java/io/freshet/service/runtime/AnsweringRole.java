package io.freshet.service.runtime;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.recommend.FollowedVariants;
import io.freshet.service.recommend.Variants;
import io.freshet.store.SnapshotStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.streams.KafkaStreams;

/** A role of a process that answers clicks: a Kafka Streams client, and the models that it answers with. Thread-safe. */
public abstract sealed class AnsweringRole implements AutoCloseable permits StreamsRole, ScorerRole {
    private final String name;
    final FollowedVariants followed;

    /**
     * Prepares the models. Nothing runs yet.
     *
     * @param name the role's name, as in {@code freshet run}
     * @param store store of the snapshots that the manifests name; only read
     * @param registry receives the role's metrics
     */
    AnsweringRole(String name, FreshetConfig config, SnapshotStore store, MeterRegistry registry, Clock clock) {
        this.name = name;
        followed = new FollowedVariants(name, config, store, registry, clock);
    }

    abstract StreamsClient client();

    /** Returns the role's name, as in {@code freshet run}. */
    public String name() {
        return name;
    }

    /** Returns the variants that answer; listeners can be added to their models before the start. */
    public Variants variants() {
        return followed.variants();
    }

    /** Starts following the models and processing records. */
    public void start() {
        followed.start();
        client().start();
    }

    public KafkaStreams.State state() {
        return client().state();
    }

    /** Returns the error that made the client shut down, if any. */
    public Optional<Throwable> failure() {
        return client().failure();
    }

    /** Returns the reasons why some variant does not answer with its model and at full speed; empty if all do. */
    public List<String> whyNotAnswering() {
        return followed.whyNotReady();
    }

    /** Returns the loops of the role that make no progress; empty if all do. */
    public List<String> overdue() {
        return Stream.concat(client().overdue().stream(), followed.overdue().stream())
                .toList();
    }

    /** Returns whether the client is running or rebalancing. */
    public boolean isAlive() {
        return state().isRunningOrRebalancing();
    }

    /**
     * Waits until partitions are assigned and every store is restored for the first time. Returns false if that takes
     * longer than the timeout.
     */
    public boolean awaitRunning(Duration timeout) throws InterruptedException {
        return client().awaitRunning(timeout);
    }

    /**
     * Closes the client and the models. If the client does not stop in time, its threads may still use the models, so
     * these are not closed; the end of the process frees them. Returns whether the client has stopped.
     */
    final boolean closeClient() {
        boolean stopped = client().closeInTime();
        followed.stopFollowing();
        if (stopped) {
            followed.close();
        }
        return stopped;
    }

    @Override
    public abstract void close();
}
