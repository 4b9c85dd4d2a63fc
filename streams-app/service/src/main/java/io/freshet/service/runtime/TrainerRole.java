package io.freshet.service.runtime;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.store.SnapshotStore;
import io.freshet.training.liveness.Heartbeats;
import io.freshet.training.online.OnlineTrainer;
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
    private final OnlineTrainer trainer;
    private final Thread thread;

    /**
     * Prepares the role. Nothing runs yet.
     *
     * @param store store to which snapshots are written, and from which old ones are deleted
     * @param registry receives the role's metrics
     */
    public TrainerRole(FreshetConfig config, SnapshotStore store, MeterRegistry registry, Clock clock) {
        heartbeats = new Heartbeats(config.get(HttpKeys.HEALTH_STALL));
        trainer = new OnlineTrainer(config.trainer(), store, registry, clock, heartbeats);
        thread = new Thread(trainer, "trainer");
    }

    /** Starts the trainer, which recovers and then learns. */
    public void start() {
        thread.start();
    }

    /** Signals that the input ends with the sequences committed so far ({@link OnlineTrainer#endInput}). */
    public void endInput() {
        trainer.endInput();
    }

    public TrainerStatus status() {
        return trainer.status();
    }

    /** Returns how often the trainer has restarted after a failure. */
    public int restarts() {
        return trainer.restarts();
    }

    /** Returns the time since the last learned step. */
    public Duration stepAge() {
        return trainer.stepAge();
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
        Phase phase = trainer.status().phase();
        return phase == Phase.FAILED || phase == Phase.FENCED;
    }

    /** Returns why the trainer stopped for good without being asked to; empty if it did not. */
    public Optional<String> failure() {
        TrainerStatus status = trainer.status();
        return status.phase().isFinal() && status.phase() != Phase.CLOSED
                ? Optional.of("the trainer stopped after step " + status.step() + ": " + status.message())
                : Optional.empty();
    }

    /** Finishes the current step, writes a snapshot, and waits for both. */
    @Override
    public void close() {
        trainer.close();
    }
}
