package io.freshet.online;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What others want of a trainer. Thread-safe. */
final class TrainerSignals {
    private final CountDownLatch closing = new CountDownLatch(1);
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

    boolean isInputEnded() {
        return inputEnded;
    }
}
