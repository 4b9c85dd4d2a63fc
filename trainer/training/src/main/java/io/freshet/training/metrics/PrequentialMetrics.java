package io.freshet.training.metrics;

import io.freshet.store.modellog.StepRecord;
import java.util.Arrays;

/**
 * HR, NDCG and MRR at k over a stream of ranks, for all ranked events so far and for the newest {@code window} of them.
 *
 * <p>Prequential means that each click is ranked before the model learns from it (Vinagre, Jorge, Gama, "Evaluation of
 * recommender systems in streaming environments", 2015). Takes at most two bytes for each event in the window. Not
 * thread-safe: a single thread writes and reads.
 */
public final class PrequentialMetrics {
    private static final int FIRST_ROOM = 64;

    private final int k;
    private final RankCounts all;
    private final RankCounts recent;
    private final int windowSize;
    private byte[] window; // ring of buckets, the newest before `next`; grows until it has windowSize
    private int filled;
    private int next;

    /**
     * @param k cut-off, 1 to 127: a target ranked among the first k is a hit
     * @param window number of events in the windowed figures, at least 1
     */
    public PrequentialMetrics(int k, int window) {
        this(new RankCounts(checkedK(k)), new byte[0], checkedWindow(window));
    }

    /** @param recentBuckets buckets of the newest events, oldest first; no more than the window holds */
    private PrequentialMetrics(RankCounts all, byte[] recentBuckets, int windowSize) {
        this.k = all.k();
        this.all = all;
        this.recent = new RankCounts(k);
        this.windowSize = windowSize;
        this.window = recentBuckets.clone();
        this.filled = recentBuckets.length;
        this.next = filled == windowSize ? 0 : filled;
        for (byte bucket : recentBuckets) {
            recent.add(bucket);
        }
    }

    /**
     * Restores metrics from the results of {@link #countsOfAll()} and {@link #recentBuckets()}.
     *
     * @throws IllegalArgumentException if the two are inconsistent
     */
    public static PrequentialMetrics of(long[] countsOfAll, byte[] recentBuckets, int window) {
        int k = checkedK(countsOfAll.length - 1);
        require(recentBuckets.length <= checkedWindow(window), "recent=" + recentBuckets.length + " window=" + window);
        PrequentialMetrics metrics = new PrequentialMetrics(new RankCounts(countsOfAll.clone()), recentBuckets, window);
        for (int bucket = 0; bucket <= k; bucket++) {
            require(
                    metrics.recent.at(bucket) <= countsOfAll[bucket],
                    "bucket=" + bucket + " recent=" + metrics.recent.at(bucket) + " all=" + countsOfAll[bucket]);
        }
        return metrics;
    }

    /** Counts one event. Ignores {@link StepRecord#NO_EVENT} and {@link StepRecord#UNRANKED}. */
    public void observe(int rank) {
        if (!StepRecord.isRanked(rank)) {
            return;
        }
        require(rank > 0, "rank=" + rank);
        int bucket = RankCounts.bucketOf(rank, k);
        all.add(bucket);
        if (filled == windowSize) {
            recent.remove(window[next]);
        } else {
            growBeyond(filled++);
        }
        recent.add(bucket);
        window[next] = (byte) bucket;
        next = next + 1 == windowSize ? 0 : next + 1;
    }

    /** Returns the accuracy over all events. */
    public Accuracy running() {
        return all.accuracy();
    }

    /** Returns the accuracy over the newest events, as many as the window holds. */
    public Accuracy windowed() {
        return recent.accuracy();
    }

    public int k() {
        return k;
    }

    public int window() {
        return windowSize;
    }

    /**
     * Returns a copy of the counts {@code (k + 1)}: the number of events at each rank from 1 to k, then at any worse
     * rank.
     */
    public long[] countsOfAll() {
        long[] counts = new long[k + 1];
        Arrays.setAll(counts, all::at);
        return counts;
    }

    /** Returns a copy of the window: {@code rank - 1}, or k for a worse rank, of each event, oldest first. */
    public byte[] recentBuckets() {
        byte[] oldestFirst = new byte[filled];
        int first = filled == windowSize ? next : 0;
        int untilEnd = Math.min(filled, windowSize - first);
        System.arraycopy(window, first, oldestFirst, 0, untilEnd);
        System.arraycopy(window, 0, oldestFirst, untilEnd, filled - untilEnd);
        return oldestFirst;
    }

    /**
     * Makes room for one more event. The window grows with the events, so that a long one takes no memory before it is
     * filled.
     */
    private void growBeyond(int events) {
        if (events == window.length) {
            window = Arrays.copyOf(window, (int) Math.min(windowSize, Math.max(FIRST_ROOM, 2L * events)));
        }
    }

    private static int checkedK(int k) {
        require(k >= 1 && k < Byte.MAX_VALUE + 1, "k=" + k);
        return k;
    }

    private static int checkedWindow(int window) {
        require(window >= 1, "window=" + window);
        return window;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException("metrics must be valid: " + what);
        }
    }
}
