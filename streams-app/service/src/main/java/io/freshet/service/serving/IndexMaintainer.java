package io.freshet.service.serving;

import io.freshet.training.liveness.Heartbeats;
import java.util.concurrent.TimeUnit;

/**
 * Builds the clusters of a served model's items if the model has enough items for approximate search, and rebuilds them
 * when they no longer fit. Works on its own thread in slices. The thread rests after each slice for as long as the slice
 * took, so it uses at most half a processor. Deltas, and the answers that queue behind them, wait for one slice at most.
 * Until the clusters exist, answers search all items. After a failure, answers search the clusters as they are, or all items,
 * until a later slice succeeds. Thread-safe.
 */
public final class IndexMaintainer implements ModelListener {
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final LiveModel live;
    private final ModelThread thread;

    /**
     * Creates a maintainer, which does nothing until a model is opened.
     *
     * @param live owned by the caller; the thread ends after the model is closed
     * @param heartbeats monitor the thread while it runs
     */
    public IndexMaintainer(LiveModel live, Heartbeats heartbeats) {
        this.live = live;
        thread = new ModelThread("cluster-keeper", "Updating the clusters of items", heartbeats, this::work);
    }

    @Override
    public void opened(String version, long step) {
        thread.start();
    }

    /** Does a slice of the work. Returns how long to rest afterwards in nanoseconds. */
    private long work() {
        ServedModel model = live.acquire();
        try {
            if (model == null) {
                return ModelThread.CLOSED;
            }
            long start = System.nanoTime();
            return model.advanceClusters() ? System.nanoTime() - start : IDLE_NANOS;
        } finally {
            live.release();
        }
    }

    /** Returns whether the thread runs. */
    boolean isRunning() {
        return thread.isRunning();
    }
}
