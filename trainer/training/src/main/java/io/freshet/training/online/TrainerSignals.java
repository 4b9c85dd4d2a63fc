package io.freshet.training.online;

import io.freshet.training.liveness.Heartbeat;
import io.freshet.training.step.OnlineLearner;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stop and end-of-input flags, set from other threads, and the heartbeat of the trainer's own thread. Thread-safe.
 */
final class TrainerSignals {
    private static final Duration BEAT = Duration.ofMillis(200);

    private final Heartbeat heartbeat;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<@Nullable Consumer<OnlineLearner>> betweenSteps = new AtomicReference<>();
    private volatile boolean inputEnded;

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
