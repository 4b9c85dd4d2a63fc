package io.freshet.training.step;

import io.freshet.store.sequence.EventClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Time of the last click on each item, which decides when an item is forgotten. The present is that of an
 * {@link EventClock}, so which items are forgotten is a function of the clicks alone. Not thread-safe.
 *
 * <p>Items are scanned once every 1/{@value #LOOKS} of the retention time, so an item may be kept longer by at most
 * that much.
 */
final class ItemAges {
    /** Maximum number of items that one step forgets. Bounds the size of a delta and the work of its readers. */
    static final int MOST_AT_ONCE = 16_384;

    private static final int LOOKS = 32;
    private static final long NOTHING_KNOWN = 0;

    private final long retentionMs;
    private final EventClock clock;
    private long[] lastClickMs = new long[1024]; // by row; meaningless for rows without an item
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

    /** Continues from the state of earlier ages. */
    ItemAges(long retentionMs, long[] lastClickMs, EventClock clock, long lookedMs) {
        this(retentionMs, clock);
        this.lastClickMs = Arrays.copyOf(lastClickMs, Math.max(lastClickMs.length, 1));
        this.rows = lastClickMs.length;
        this.lookedMs = lookedMs;
    }

    /**
     * Records that the item in the row is new.
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

    /**
     * Gives items other rows.
     *
     * @param newRows old row → new row, for each row that changes
     * @param rowCount number of rows afterwards. Rows without an item before have no known click
     */
    void renumber(Map<Integer, Integer> newRows, int rowCount) {
        Map<Integer, Long> moved = new HashMap<>();
        newRows.forEach((from, to) -> moved.put(to, lastClickMs[from]));
        newRows.keySet().forEach(row -> lastClickMs[row] = NOTHING_KNOWN);
        if (rowCount > lastClickMs.length) {
            lastClickMs = Arrays.copyOf(lastClickMs, Math.max(rowCount, 2 * lastClickMs.length));
        }
        moved.forEach((row, time) -> lastClickMs[row] = time);
        rows = Math.max(rows, rowCount);
    }

    /** Records a click by the user on the item in the row. */
    void click(int row, String user, long timeMs) {
        lastClickMs[row] = Math.max(lastClickMs[row], timeMs);
        boolean known = clock.isKnown();
        clock.observe(user, timeMs);
        if (!known && clock.isKnown()) {
            beginCounting();
        }
    }

    /** Dates items without a known click, such as those from elsewhere, to the first time that the clock knows. */
    private void beginCounting() {
        for (int row = 0; row < rows; row++) {
            lastClickMs[row] = lastClickMs[row] == NOTHING_KNOWN ? clock.nowMs() : lastClickMs[row];
        }
        lookedMs = clock.nowMs();
    }

    /** Returns whether an item whose last click was at {@code timeMs} is due to be forgotten. */
    boolean isPast(long timeMs) {
        return retentionMs > 0 && clock.isPast(timeMs, retentionMs);
    }

    /**
     * Returns the rows of the items to forget now, ascending; usually none.
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

    /** Returns a copy, for another thread to write. */
    ItemAges frozen() {
        ItemAges frozen = new ItemAges(retentionMs, clock.copy());
        frozen.lastClickMs = Arrays.copyOf(lastClickMs, rows);
        frozen.rows = rows;
        frozen.lookedMs = lookedMs;
        return frozen;
    }

    /** Returns the number of rows that have ever held an item. */
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
