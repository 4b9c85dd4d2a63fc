package io.freshet.service.serving;

import io.freshet.training.liveness.DeadlyErrors;
import io.freshet.training.liveness.Heartbeat;
import io.freshet.training.liveness.Heartbeats;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the clusters of a served model's items if the model has enough items for approximate search, and rebuilds them
 * when they no longer fit. Works on its own thread in slices. The thread rests after each slice for as long as the slice
 * took, so it uses at most half a processor. Deltas, and the answers that queue behind them, wait for one slice at most.
 * Until the clusters exist, answers search all items. Thread-safe.
 */
public final class IndexMaintainer implements ModelListener {
    private static final Logger LOG = LoggerFactory.getLogger(IndexMaintainer.class);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long CLOSED = -1;

    private final LiveModel live;
    private final Heartbeats heartbeats;
    private boolean running;

    /**
     * Creates a maintainer, which does nothing until a model is opened.
     *
     * @param live owned by the caller; the thread ends after the model is closed
     * @param heartbeats monitor the thread while it runs
     */
    public IndexMaintainer(LiveModel live, Heartbeats heartbeats) {
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

    /**
     * Does a slice of the work and logs a failure. After a failure, answers search the clusters as they are, or all items,
     * until a later slice succeeds.
     */
    private long workOrReport() {
        try {
            return work();
        } catch (Throwable e) {
            DeadlyErrors.throwIfDeadly(e);
            LOG.error("Updating the clusters of items failed; trying again in 10 s", e);
            return RETRY_NANOS;
        }
    }

    /** Does a slice of the work. Returns how long to rest afterwards in nanoseconds, or {@link #CLOSED}. */
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

    /** Returns whether the thread runs. */
    synchronized boolean isRunning() {
        return running;
    }

    private synchronized void ended() {
        running = false;
    }
}
