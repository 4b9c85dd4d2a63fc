package io.freshet.online;

import io.freshet.sequence.EventClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * When each item was last clicked, and which items are to be forgotten for it. The present is that of an {@link
 * EventClock}, so what is forgotten is a function of the clicks alone. Not thread-safe.
 *
 * <p>Items are looked through once in a {@value #LOOKS}th of the time that they are kept, so each is kept at most so much
 * longer.
 */
final class ItemAges {
    /** Items that are forgotten at once: what a step tells its readers, and what it costs them, is bounded. */
    static final int MOST_AT_ONCE = 16_384;

    private static final int LOOKS = 32;
    private static final long NOTHING_KNOWN = 0;

    private final long retentionMs;
    private final EventClock clock;
    private long[] lastClickMs = new long[1024]; // by row; of rows without an item it says nothing
    private int rows;
    private long lookedMs;

    /** @param retentionMs how long an item is kept after its last click; 0 for ever */
    ItemAges(long retentionMs) {
        this(retentionMs, new EventClock());
    }

    private ItemAges(long retentionMs, EventClock clock) {
        this.retentionMs = retentionMs;
        this.clock = clock;
    }

    /** Takes up where ages of these numbers left off. */
    ItemAges(long retentionMs, long[] lastClickMs, EventClock clock, long lookedMs) {
        this(retentionMs, clock);
        this.lastClickMs = Arrays.copyOf(lastClickMs, Math.max(lastClickMs.length, 1));
        this.rows = lastClickMs.length;
        this.lookedMs = lookedMs;
    }

    /**
     * The item in the row is new.
     *
     * @param timeMs {@link EventClock#timeOf} a click on it
     */
    void begin(int row, long timeMs) {
        while (row >= lastClickMs.length) {
            lastClickMs = Arrays.copyOf(lastClickMs, 2 * lastClickMs.length);
        }
        rows = Math.max(rows, row + 1);
        lastClickMs[row] = timeMs;
    }

    /** The user clicked the item in the row. */
    void click(int row, String user, long timeMs) {
        lastClickMs[row] = Math.max(lastClickMs[row], timeMs);
        boolean known = clock.isKnown();
        clock.observe(user, timeMs);
        if (!known && clock.isKnown()) {
            beginCounting();
        }
    }

    /** Items that came from elsewhere, of which nothing is known, are as old as the clock's first time. */
    private void beginCounting() {
        for (int row = 0; row < rows; row++) {
            lastClickMs[row] = lastClickMs[row] == NOTHING_KNOWN ? clock.nowMs() : lastClickMs[row];
        }
        lookedMs = clock.nowMs();
    }

    /** Whether an item that was clicked then and not since is one to be forgotten. */
    boolean isPast(long timeMs) {
        return retentionMs > 0 && clock.isPast(timeMs, retentionMs);
    }

    /**
     * The rows of items to be forgotten now, ascending; mostly none.
     *
     * @param hasItem whether a row has an item
     */
    List<Integer> past(IntPredicate hasItem) {
        if (retentionMs == 0 || !clock.isKnown() || clock.nowMs() - lookedMs < retentionMs / LOOKS) {
            return List.of();
        }
        List<Integer> past = new ArrayList<>();
        for (int row = 0; row < rows && past.size() < MOST_AT_ONCE; row++) {
            if (isPast(lastClickMs[row]) && hasItem.test(row)) {
                past.add(row);
            }
        }
        if (past.size() < MOST_AT_ONCE) {
            lookedMs = clock.nowMs();
        }
        return past;
    }

    /** Rows that an item has been in. */
    int rows() {
        return rows;
    }

    long lastClickMs(int row) {
        return lastClickMs[row];
    }

    EventClock clock() {
        return clock;
    }

    long lookedMs() {
        return lookedMs;
    }
}
