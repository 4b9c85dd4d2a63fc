package io.freshet.service.runtime;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.store.SnapshotStore;
import io.freshet.training.liveness.Heartbeats;
import io.freshet.training.online.ProcessTrainers;
import io.freshet.training.online.TrainerStatus;
import io.freshet.training.online.TrainerStatus.Phase;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The {@code trainer} role of a process.
 *
 * <p>Its topics must exist ({@link io.freshet.service.config.TopicSetup}). Starts once and closes once.
 */
public final class TrainerRole implements AutoCloseable {
    private final Heartbeats heartbeats;
    private final ProcessTrainers trainers;

    /**
     * Prepares the role. Nothing runs yet.
     *
     * @param store store to which snapshots are written, and from which old ones are deleted
     * @param registry receives the role's metrics
     */
    public TrainerRole(FreshetConfig config, SnapshotStore store, MeterRegistry registry, Clock clock) {
        heartbeats = new Heartbeats(config.get(HttpKeys.HEALTH_STALL));
        trainers = new ProcessTrainers(config.trainer(), store, registry, clock, heartbeats);
    }

    /** Starts the trainer, which recovers and then learns. */
    public void start() {
        trainers.start();
    }

    /** Signals that the input ends with the sequences committed so far ({@link ProcessTrainers#endInput}). */
    public void endInput() {
        trainers.endInput();
    }

    /** Returns the status of the process's trainers ({@link ProcessTrainers#status}). */
    public TrainerStatus status() {
        return trainers.status();
    }

    /** Returns how often the trainer has restarted after a failure. */
    public int restarts() {
        return trainers.restarts();
    }

    /** Returns the time since the last learned step. */
    public Duration stepAge() {
        return trainers.stepAge();
    }

    /** Returns the loops of the trainer that make no progress; empty if all do. */
    public List<String> overdue() {
        return heartbeats.overdue();
    }

    /**
     * Returns whether the trainer stopped for a reason that concerns the whole process: its configuration, credentials or
     * permissions, or another trainer. Such a reason may be gone when the process is started again.
     */
    public boolean endsTheProcess() {
        Phase phase = trainers.status().phase();
        return phase == Phase.FAILED || phase == Phase.FENCED;
    }

    /** Returns why the trainer stopped for good without being asked to; empty if it did not. */
    public Optional<String> failure() {
        TrainerStatus status = trainers.status();
        return status.phase().isFinal() && status.phase() != Phase.CLOSED
                ? Optional.of("the trainer stopped after step " + status.step() + ": " + status.message())
                : Optional.empty();
    }

    /** Finishes the current step, writes a snapshot, and waits for both. */
    @Override
    public void close() {
        trainers.close();
    }
}
