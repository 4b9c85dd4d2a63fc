package io.freshet.training;

import io.freshet.config.FreshetConfig;
import io.freshet.online.OnlineTrainer;
import io.freshet.online.TrainerStatus;
import io.freshet.online.TrainerStatus.Phase;
import io.freshet.store.SnapshotStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Optional;

/**
 * The {@code trainer} role of a process.
 *
 * <p>Its topics must exist ({@link io.freshet.config.TopicSetup}). Starts once and closes once.
 */
public final class TrainerRole implements AutoCloseable {
    private final OnlineTrainer trainer;
    private final Thread thread;

    /**
     * Prepares the role; nothing runs yet.
     *
     * @param store where snapshots are written and old ones deleted
     * @param registry receives the role's metrics
     */
    public TrainerRole(FreshetConfig config, SnapshotStore store, MeterRegistry registry, Clock clock) {
        trainer = new OnlineTrainer(config.trainer(), store, registry, clock);
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

    /** Why the trainer stopped without being asked to, if it did. */
    public Optional<String> failure() {
        TrainerStatus status = trainer.status();
        return status.phase() == Phase.FAILED || status.phase() == Phase.FENCED
                ? Optional.of("the trainer stopped after step " + status.step() + ": " + status.message())
                : Optional.empty();
    }

    /** Ends the step at hand, writes a snapshot, and waits for that. */
    @Override
    public void close() {
        trainer.close();
    }
}
