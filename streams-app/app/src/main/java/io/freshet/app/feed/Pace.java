package io.freshet.app.feed;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Decides when the next click may be sent. */
public sealed interface Pace {
    /**
     * Waits until click number {@code produced} of this run, counted from 0, may be sent. Returns early if interrupted.
     */
    void await(long produced);

    /** As fast as Kafka takes the clicks. */
    final class Unlimited implements Pace {
        @Override
        public void await(long produced) {}
    }

    /** A fixed number of clicks per second, regardless of their processing. */
    final class Rate implements Pace {
        private static final long MOST_BEHIND_NANOS = TimeUnit.SECONDS.toNanos(1);

        private final double nanosPerClick;
        private final boolean catchesUp;
        private long startNanos;

        /**
         * @param catchesUp whether late clicks are sent faster, so that the average rate holds. Otherwise the rate is a
         *     maximum: at most one second is caught up
         */
        public Rate(double clicksPerSecond, boolean catchesUp) {
            this.nanosPerClick = TimeUnit.SECONDS.toNanos(1) / clicksPerSecond;
            this.catchesUp = catchesUp;
        }

        @Override
        public void await(long produced) {
            if (produced == 0) {
                startNanos = System.nanoTime();
            }
            long due = startNanos + (long) (produced * nanosPerClick);
            long behind = System.nanoTime() - due;
            if (!catchesUp && behind > MOST_BEHIND_NANOS) {
                startNanos += behind;
            }
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                LockSupport.parkNanos(left);
            }
        }
    }

    /**
     * As fast as clicks are processed: bounds the clicks in flight. A click is in flight until it is refused, or until
     * it is both answered and learned from.
     */
    final class AsTaken implements Pace {
        private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

        private final LongSupplier onTheirWay;
        private final int most;

        public AsTaken(LongSupplier onTheirWay, int most) {
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
