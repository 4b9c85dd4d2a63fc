package io.freshet.training.metrics;

import io.freshet.store.modellog.StepRecord;
import java.util.Arrays;

/**
 * Accuracy over the events after a given share of a stream's clicks, where the stream's length is known only at its
 * end.
 *
 * <p>Keeps checkpoints of the cumulative counts at evenly spaced clicks. When there are too many, it drops every second
 * one. So memory is bounded. The share is met to within {@code 1 / checkpoints} of the stream, and exactly while the
 * stream is shorter than {@code checkpoints} clicks. Not thread-safe.
 */
public final class StreamAccuracy {
    /** Maximum number of checkpoints, which take 6 MB at k = 10. */
    private static final int CHECKPOINTS = 1 << 16;

    private static final int FIRST_CAPACITY = 1 << 10;

    private final int k;
    private final int checkpoints;
    private final long[] now; // (k + 1): counts as in RankCounts
    private long[] cumulative; // (held, k + 1): counts before click number i * spacing
    private int held;
    private long spacing = 1;
    private long clicks;

    /** @param k cut-off: a target ranked among the first k is a hit */
    public StreamAccuracy(int k) {
        this(k, CHECKPOINTS);
    }

    StreamAccuracy(int k, int checkpoints) {
        if (k < 1 || checkpoints < 2 || checkpoints % 2 != 0) {
            throw new IllegalArgumentException(
                    "k must be positive and checkpoints even: k=" + k + " checkpoints=" + checkpoints);
        }
        this.k = k;
        this.checkpoints = checkpoints;
        this.now = new long[k + 1];
        this.cumulative = new long[Math.min(FIRST_CAPACITY, checkpoints) * (k + 1)];
    }

    /** Counts one click of the stream: its rank, {@link StepRecord#NO_EVENT}, or {@link StepRecord#UNRANKED}. */
    public void observe(int rank) {
        if (clicks % spacing == 0) {
            checkpoint();
        }
        clicks++;
        if (StepRecord.isRanked(rank)) {
            now[RankCounts.bucketOf(rank, k)]++;
        }
    }

    public long clicks() {
        return clicks;
    }

    /**
     * Returns the accuracy over the events after the first {@code share} of the clicks: from click number
     * {@code floor(share * clicks)} on, counted from 0.
     *
     * @param share share of the clicks to skip, from 0 (inclusive) to 1 (exclusive)
     */
    public Accuracy afterFirst(double share) {
        if (!(share >= 0 && share < 1)) {
            throw new IllegalArgumentException("share must be from 0 to below 1: share=" + share);
        }
        if (clicks == 0) {
            return Accuracy.NONE;
        }
        long firstClick = (long) (share * clicks);
        int checkpoint = (int) Math.min(held - 1, (firstClick + spacing / 2) / spacing);
        long[] after = now.clone();
        for (int bucket = 0; bucket <= k; bucket++) {
            after[bucket] -= cumulative[checkpoint * (k + 1) + bucket];
        }
        return new RankCounts(after).accuracy();
    }

    private void checkpoint() {
        if (held == checkpoints) {
            dropEverySecond();
            if (clicks % spacing != 0) {
                return;
            }
        }
        int stride = k + 1;
        if ((held + 1) * stride > cumulative.length) {
            cumulative = Arrays.copyOf(cumulative, Math.min(2 * cumulative.length, checkpoints * stride));
        }
        System.arraycopy(now, 0, cumulative, held * stride, stride);
        held++;
    }

    private void dropEverySecond() {
        int stride = k + 1;
        for (int i = 1; 2 * i < held; i++) {
            System.arraycopy(cumulative, 2 * i * stride, cumulative, i * stride, stride);
        }
        held = (held + 1) / 2;
        spacing *= 2;
    }
}
