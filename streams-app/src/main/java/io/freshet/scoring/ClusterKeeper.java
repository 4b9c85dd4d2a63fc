package io.freshet.scoring;

import io.freshet.liveness.DeadlyErrors;
import io.freshet.liveness.Heartbeat;
import io.freshet.liveness.Heartbeats;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the clusters of a served model's items, where it has so many that it wants some, and makes them anew when they no longer fit:
 * on a thread of its own that takes no more than half of a processor, and holds back deltas, and with them answers, for no longer
 * than a slice of the work takes. Until the clusters are there, answers come from all items. Thread-safe.
 */
final class ClusterKeeper implements ModelListener {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterKeeper.class);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long CLOSED = -1;

    private final LiveModel live;
    private final Heartbeats heartbeats;
    private boolean running;

    /**
     * Nothing happens before a model is opened.
     *
     * @param live stays the caller's; the thread ends after it has been closed
     * @param heartbeats watch the thread while it runs
     */
    ClusterKeeper(LiveModel live, Heartbeats heartbeats) {
        this.live = live;
        this.heartbeats = heartbeats;
    }

    @Override
    public synchronized void opened(String version, long step) {
        if (!running) {
            running = true;
            Thread.ofPlatform().daemon().name("cluster-keeper").start(this::run);
        }
    }

    private void run() {
        try (Heartbeat heartbeat = heartbeats.of("cluster-keeper")) {
            heartbeat.begin();
            long rest = workOrReport();
            while (rest != CLOSED) {
                TimeUnit.NANOSECONDS.sleep(rest);
                heartbeat.beat();
                rest = workOrReport();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended();
        }
    }

    /** After a failure, answers come from the clusters as they are, or from all items, until it works again. */
    private long workOrReport() {
        try {
            return work();
        } catch (Throwable e) {
            DeadlyErrors.throwIfDeadly(e);
            LOG.error("The clusters of items are not kept up; trying again in 10 s", e);
            return RETRY_NANOS;
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
