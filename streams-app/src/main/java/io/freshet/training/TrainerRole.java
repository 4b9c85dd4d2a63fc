package io.freshet.training;

import io.freshet.config.FreshetConfig;
import io.freshet.liveness.Heartbeats;
import io.freshet.online.OnlineTrainer;
import io.freshet.online.TrainerStatus;
import io.freshet.online.TrainerStatus.Phase;
import io.freshet.store.SnapshotStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The {@code trainer} role of a process.
 *
 * <p>Its topics must exist ({@link io.freshet.config.TopicSetup}). Starts once and closes once.
 */
public final class TrainerRole implements AutoCloseable {
    private final Heartbeats heartbeats;
    private final OnlineTrainer trainer;
    private final Thread thread;

    /**
     * Prepares the role; nothing runs yet.
     *
     * @param store where snapshots are written and old ones deleted
     * @param registry receives the role's metrics
     */
    public TrainerRole(FreshetConfig config, SnapshotStore store, MeterRegistry registry, Clock clock) {
        heartbeats = new Heartbeats(config.stallBound());
        trainer = new OnlineTrainer(config.trainer(), store, registry, clock, heartbeats);
        thread = new Thread(trainer, "trainer");
    }

    /** Starts to recover, then to learn. */
    public void start() {
        thread.start();
    }

    /** Says that nothing comes after what is committed on the sequences now ({@link OnlineTrainer#endInput}). */
    public void endInput() {
        trainer.endInput();
    }

    public TrainerStatus status() {
        return trainer.status();
    }

    /** How often the trainer has begun anew after a failure. */
    public int restarts() {
        return trainer.restarts();
    }

    /** Time since the last step was learned. */
    public Duration stepAge() {
        return trainer.stepAge();
    }

    /** Which loops of the trainer make no progress; empty where all do. */
    public List<String> overdue() {
        return heartbeats.overdue();
    }

    /**
     * Whether the trainer stopped for a reason that concerns the whole process: its configuration, login or rights, or
     * another trainer, which need not be there any more when the process is started again.
     */
    public boolean endsTheProcess() {
        Phase phase = trainer.status().phase();
        return phase == Phase.FAILED || phase == Phase.FENCED;
    }

    /** Why the trainer stopped for good without being asked to, if it did. */
    public Optional<String> failure() {
        TrainerStatus status = trainer.status();
        return status.phase().isFinal() && status.phase() != Phase.CLOSED
                ? Optional.of("the trainer stopped after step " + status.step() + ": " + status.message())
                : Optional.empty();
    }

    /** Ends the step at hand, writes a snapshot, and waits for that. */
    @Override
    public void close() {
        trainer.close();
    }
}
