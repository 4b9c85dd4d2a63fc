package io.freshet.service.serving;

import io.freshet.service.catalogue.ContentMap;
import io.freshet.service.catalogue.ItemContents;
import io.freshet.training.liveness.Heartbeats;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fits the {@link ContentMap} of a served model, and fits it again after the model or the contents of items have changed.
 * Works on its own thread, which rests for at least ten seconds after each fit, and so long that it uses at most a fiftieth
 * of a processor. Answers wait for nothing, and a delta waits at most while some hundred vectors are copied. Thread-safe.
 */
public final class ContentMapper implements ModelListener {
    private static final Logger LOG = LoggerFactory.getLogger(ContentMapper.class);
    private static final int MOST_EXAMPLES = 16_384;
    private static final int SLICE = 256; // rows that are looked at together
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LEAST_REST_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long RESTS = 50; // in the time of a fit

    private final LiveModel live;
    private final ItemContents contents;
    private final ModelThread thread;
    private volatile boolean reopened;

    // Used by the thread only.
    private long dueNanos = System.nanoTime();
    private long fittedStep = -1;
    private long fittedChanges;
    private int reportedEmbeddings;

    /**
     * Creates a mapper, which does nothing until a model is opened.
     *
     * @param live owned by the caller; the thread ends after the model is closed
     * @param heartbeats monitor the thread while it runs
     */
    public ContentMapper(LiveModel live, ItemContents contents, Heartbeats heartbeats) {
        this.live = live;
        this.contents = contents;
        thread = new ModelThread("content-mapper", "Fitting the map from contents to items", heartbeats, this::work);
    }

    @Override
    public void opened(String version, long step) {
        reopened = true;
        thread.start();
    }

    private long work() {
        if (!live.isLoaded()) {
            return ModelThread.CLOSED;
        }
        long step = live.step();
        long changes = contents.changes();
        long start = System.nanoTime();
        boolean isDue = start - dueNanos >= 0 && (step != fittedStep || changes != fittedChanges);
        if (contents.isEmpty() || !(isDue || reopened)) {
            return IDLE_NANOS;
        }
        reopened = false;
        reportIgnoredEmbeddings();
        fit(live, contents);
        fittedStep = step;
        fittedChanges = changes;
        long end = System.nanoTime();
        dueNanos = end + Math.max(LEAST_REST_NANOS, RESTS * (end - start));
        return IDLE_NANOS;
    }

    private void reportIgnoredEmbeddings() {
        int ignored = contents.ignoredEmbeddings();
        if (ignored != reportedEmbeddings) {
            LOG.warn(
                    "All embeddings of the catalogue must have one length. Those with another length than most are"
                            + " ignored: ignored={}",
                    ignored);
            reportedEmbeddings = ignored;
        }
    }

    /** Fits a map to some of the items that the model knows, and publishes it. Does nothing without a model. */
    public static void fit(LiveModel live, ItemContents contents) {
        ContentMap.Examples examples = new ContentMap.Examples(contents);
        ServedModel of = null;
        for (long next = 0, rows = 1; next < rows; ) {
            ServedModel model = live.acquire();
            try {
                if (model == null || (of != null && model != of)) {
                    return;
                }
                of = model;
                rows = model.rows();
                // The sample has the same rows each time, so that all instances have about the same map.
                long step = Math.ceilDiv(rows, MOST_EXAMPLES);
                long end = Math.min(rows, next + SLICE * step);
                for (; next < end; next += step) {
                    model.addExample((int) next, examples);
                }
            } finally {
                live.release();
            }
        }
        ContentMap map = examples.fit();
        if (map != null && of != null) {
            live.publish(of, map);
        }
    }
}
