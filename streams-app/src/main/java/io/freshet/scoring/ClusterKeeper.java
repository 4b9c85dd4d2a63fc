package io.freshet.scoring;

import java.util.concurrent.TimeUnit;

/**
 * Makes the clusters of a served model's items, where it has so many that it wants some, and makes them anew when they no longer fit:
 * on a thread of its own that takes no more than half of a processor, and holds back deltas, and with them answers, for no longer
 * than a slice of the work takes. Until the clusters are there, answers come from all items. Thread-safe.
 */
final class ClusterKeeper implements ModelListener {
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long CLOSED = -1;

    private final LiveModel live;
    private boolean running;

    /**
     * Nothing happens before a model is opened.
     *
     * @param live stays the caller's; the thread ends after it has been closed
     */
    ClusterKeeper(LiveModel live) {
        this.live = live;
    }

    @Override
    public synchronized void opened(String version, long step) {
        if (!running) {
            running = true;
            Thread.ofPlatform().daemon().name("cluster-keeper").start(this::run);
        }
    }

    private void run() {
        try {
            long rest = work();
            while (rest != CLOSED) {
                TimeUnit.NANOSECONDS.sleep(rest);
                rest = work();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended();
        }
    }

    /** Does a slice of the work; how long to rest after it. */
    private long work() {
        ServedModel model = live.acquire();
        try {
            if (model == null) {
                return CLOSED;
            }
            long start = System.nanoTime();
            return model.advanceClusters() ? System.nanoTime() - start : IDLE_NANOS;
        } finally {
            live.release();
        }
    }

    /** Whether the thread runs. */
    synchronized boolean isRunning() {
        return running;
    }

    private synchronized void ended() {
        running = false;
    }
}
