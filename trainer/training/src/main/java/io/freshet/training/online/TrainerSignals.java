package io.freshet.training.online;

import io.freshet.training.liveness.Heartbeat;
import io.freshet.training.online.TrainerStatus.Phase;
import io.freshet.training.step.OnlineLearner;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the trainer's thread shares with other threads: stop and end-of-input flags, set by them, and the heartbeat and
 * the status, set by the trainer's thread. Thread-safe.
 */
final class TrainerSignals {
    private static final Duration BEAT = Duration.ofMillis(200);

    private final Heartbeat heartbeat;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<@Nullable Consumer<OnlineLearner>> betweenSteps = new AtomicReference<>();
    private volatile boolean inputEnded;
    private volatile TrainerStatus status = TrainerStatus.NOT_STARTED;
    private volatile long stepNanos = System.nanoTime(); // when the last step ended
    private boolean hasLearnedInSession; // used by the trainer's thread only

    /** @param heartbeat heartbeat of the trainer's thread, owned by the caller */
    TrainerSignals(Heartbeat heartbeat) {
        this.heartbeat = heartbeat;
    }

    void close() {
        closing.countDown();
    }

    /**
     * Begins another turn of one of the trainer's loops, which counts as a heartbeat. Returns false if the trainer must
     * close.
     */
    boolean nextTurn() {
        heartbeat.beat();
        return closing.getCount() > 0;
    }

    /**
     * Waits, with heartbeats, until the trainer must close. Returns false on timeout. An interrupt counts as a request to
     * close, and the interrupt status is kept.
     */
    boolean isClosingWithin(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        try {
            while (nextTurn()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                boolean _ = closing.await(Math.min(left, BEAT.toNanos()), TimeUnit.NANOSECONDS);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Begins a session of the trainer. Called by the trainer's thread. */
    void beginSession() {
        hasLearnedInSession = false;
        enter(Phase.RECOVERING, "");
    }

    /** Returns whether a step was learned live since the session began. Called by the trainer's thread. */
    boolean hasLearnedInSession() {
        return hasLearnedInSession;
    }

    /** Changes the phase and keeps the metrics. Called by the trainer's thread. */
    void enter(Phase phase, String why) {
        status = status.in(phase, why);
    }

    /** Sets the status. Called by the trainer's thread. */
    void report(TrainerStatus next) {
        if (next.step() > status.step()) {
            stepNanos = System.nanoTime();
            hasLearnedInSession |= next.phase() == Phase.LEARNING && status.phase() == Phase.LEARNING;
        }
        status = next;
    }

    TrainerStatus status() {
        return status;
    }

    /** Returns the time since the last step was learned. */
    Duration stepAge() {
        return Duration.ofNanos(System.nanoTime() - stepNanos);
    }

    void endInput() {
        inputEnded = true;
    }

    /** Registers an action that runs once between two steps, on the trainer's thread. */
    void onceBetweenSteps(Consumer<OnlineLearner> what) {
        betweenSteps.set(what);
    }

    /** Runs the registered action, if any. Called by the trainer's thread between two steps. */
    void betweenSteps(OnlineLearner learner) {
        Consumer<OnlineLearner> what = betweenSteps.getAndSet(null);
        if (what != null) {
            what.accept(learner);
        }
    }

    boolean isInputEnded() {
        return inputEnded;
    }
}
