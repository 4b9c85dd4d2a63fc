package io.freshet.online;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * When each item was last clicked, by the clicks' own times, and which are to be forgotten for it. The time is that of the
 * newest click, so that what is forgotten is a function of the clicks alone. Not thread-safe.
 *
 * <p>Items are looked through once in a {@value #LOOKS}th of the time that they are kept, so each is kept at most so much
 * longer.
 */
final class ItemAges {
    /** Items that are forgotten at once: what a step tells its readers, and what it costs them, is bounded. */
    static final int MOST_AT_ONCE = 16_384;

    private static final int LOOKS = 32;

    private final long retentionMs;
    private long[] lastClickMs = new long[1024]; // by row; of rows without an item it says nothing
    private int rows;
    private long nowMs; // time of the newest click
    private long lookedMs;

    /** @param retentionMs how long an item is kept after its last click; 0 for ever */
    ItemAges(long retentionMs) {
        this.retentionMs = retentionMs;
    }

    /** Takes up where ages of these numbers left off. */
    ItemAges(long retentionMs, long[] lastClickMs, long nowMs, long lookedMs) {
        this(retentionMs);
        this.lastClickMs = Arrays.copyOf(lastClickMs, Math.max(lastClickMs.length, 1));
        this.rows = lastClickMs.length;
        this.nowMs = nowMs;
        this.lookedMs = lookedMs;
    }

    /** The item in the row is new. */
    void begin(int row, long clickMs) {
        while (row >= lastClickMs.length) {
            lastClickMs = Arrays.copyOf(lastClickMs, 2 * lastClickMs.length);
        }
        rows = Math.max(rows, row + 1);
        lastClickMs[row] = clickMs;
    }

    /** The item in the row was clicked. */
    void click(int row, long clickMs) {
        if (nowMs == 0) {
            Arrays.fill(lastClickMs, 0, rows, clickMs); // of items from elsewhere nothing is known
            lookedMs = clickMs;
        }
        lastClickMs[row] = Math.max(lastClickMs[row], clickMs);
        nowMs = Math.max(nowMs, clickMs);
    }

    /** Whether an item that was clicked then and not since is one to be forgotten. */
    boolean isPast(long clickMs) {
        return retentionMs > 0 && clickMs < nowMs - retentionMs;
    }

    /**
     * The rows of items to be forgotten now, ascending; mostly none.
     *
     * @param hasItem whether a row has an item
     */
    List<Integer> past(IntPredicate hasItem) {
        if (retentionMs == 0 || nowMs - lookedMs < retentionMs / LOOKS) {
            return List.of();
        }
        List<Integer> past = new ArrayList<>();
        for (int row = 0; row < rows && past.size() < MOST_AT_ONCE; row++) {
            if (isPast(lastClickMs[row]) && hasItem.test(row)) {
                past.add(row);
            }
        }
        if (past.size() < MOST_AT_ONCE) {
            lookedMs = nowMs;
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

    long nowMs() {
        return nowMs;
    }

    long lookedMs() {
        return lookedMs;
    }
}
