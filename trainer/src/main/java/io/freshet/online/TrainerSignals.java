package io.freshet.online;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What others want of a trainer. Thread-safe. */
final class TrainerSignals {
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<@Nullable Consumer<OnlineLearner>> betweenSteps = new AtomicReference<>();
    private volatile boolean inputEnded;

    void close() {
        closing.countDown();
    }

    boolean isClosing() {
        return closing.getCount() == 0;
    }

    /** Waits for it; an interrupt counts as such, and is kept. */
    boolean isClosingWithin(Duration time) {
        try {
            return closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    void endInput() {
        inputEnded = true;
    }

    /** Runs this once between two steps, on the trainer's thread. */
    void onceBetweenSteps(Consumer<OnlineLearner> what) {
        betweenSteps.set(what);
    }

    /** The trainer is between two steps. */
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
