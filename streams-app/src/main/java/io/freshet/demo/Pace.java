package io.freshet.demo;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** When the next click may go. */
sealed interface Pace {
    /** Waits until the click numbered {@code produced}, from 0 in this run, may go; returns early when interrupted. */
    void await(long produced);

    /** So many clicks a second, whatever becomes of them. Late clicks catch up, so that the rate holds on average. */
    final class Rate implements Pace {
        private final double nanosPerClick;
        private long startNanos;

        Rate(double clicksPerSecond) {
            this.nanosPerClick = TimeUnit.SECONDS.toNanos(1) / clicksPerSecond;
        }

        @Override
        public void await(long produced) {
            if (produced == 0) {
                startNanos = System.nanoTime();
            }
            long due = startNanos + (long) (produced * nanosPerClick);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                LockSupport.parkNanos(left);
            }
        }
    }

    /** As fast as clicks are taken: only so many may be on their way, neither answered and learned from nor refused. */
    final class AsTaken implements Pace {
        private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

        private final LongSupplier onTheirWay;
        private final int most;

        AsTaken(LongSupplier onTheirWay, int most) {
            this.onTheirWay = onTheirWay;
            this.most = most;
        }

        @Override
        public void await(long produced) {
            while (onTheirWay.getAsLong() >= most && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }
}
