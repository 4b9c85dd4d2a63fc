package io.freshet.training.sampling;

import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * Draws negatives: vocabulary rows that a loss contrasts with targets. Every draw is a function of its coordinates (seed,
 * step, index), so it does not depend on the thread.
 *
 * <p>Not thread-safe: holds a scratch buffer of one bit per row, so each thread needs its own instance.
 */
public final class NegativeSampler {
    /** Maximum number of random draws. If all hit seen rows, the first unseen row from the last drawn one on is taken. */
    private static final int ATTEMPTS = 64;

    /** Shift that separates the indexes of one draw's attempts from those of all other draws. */
    private static final int ATTEMPT_SHIFT = 48;

    private long[] taken = {}; // (rows / 64): a bit per row, all clear between calls

    /**
     * The coordinates of neighbouring draws.
     *
     * @param first index of the first draw; each further draw has the next index
     */
    public record Coordinates(long seed, long step, long first) {}

    /**
     * Draws {@code count} distinct rows below {@code rows}, uniformly, in ascending order.
     *
     * @param gaps rows that must not be drawn
     * @param at coordinates of the draws, including draws of repeated rows
     * @param drawn receives the rows from {@code from} on
     */
    public void drawDistinct(int count, int rows, BitSet gaps, Coordinates at, int[] drawn, int from) {
        if (count > rows) {
            throw new IllegalArgumentException(
                    "there must be at least as many rows as draws: count=" + count + ", rows=" + rows);
        }
        if (taken.length * (long) Long.SIZE < rows) {
            taken = new long[(rows + rows / 4) / Long.SIZE + 1];
        }
        int found = 0;
        for (long index = at.first; found < count; index++) {
            int row = (int) CounterRandom.below(rows, at.seed, at.step, Purpose.NEGATIVES, index);
            long bit = 1L << row;
            if ((taken[row / Long.SIZE] & bit) == 0 && !gaps.get(row)) {
                taken[row / Long.SIZE] |= bit;
                found++;
            }
        }
        takeInOrder(rows, drawn, from);
    }

    private void takeInOrder(int rows, int[] drawn, int from) {
        int next = from;
        for (int word = 0; word <= (rows - 1) / Long.SIZE; word++) {
            for (long bits = taken[word]; bits != 0; bits &= bits - 1) {
                drawn[next] = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                next++;
            }
            taken[word] = 0;
        }
    }

    /**
     * Draws {@code count} rows by their popularity, with replacement, in ascending order.
     *
     * @param drawn receives the rows from {@code from} on
     */
    public static void drawSorted(int count, Popularity popularity, Coordinates at, int[] drawn, int from) {
        for (int i = 0; i < count; i++) {
            drawn[from + i] = popularity.draw(CounterRandom.bits(at.seed, at.step, Purpose.NEGATIVES, at.first + i));
        }
        Arrays.sort(drawn, from, from + count);
    }

    /**
     * Draws uniformly one row below {@code rows} that is not a gap.
     *
     * @param index below 2^48
     */
    public static int drawAny(int rows, BitSet gaps, long seed, long step, long index) {
        int row = (int) CounterRandom.below(rows, seed, step, Purpose.NEGATIVES, index);
        return gaps.get(row) ? drawUnseen(gaps::get, rows, seed, step, index) : row;
    }

    /**
     * Draws uniformly one unseen row below {@code rows}.
     *
     * @param index below 2^48
     * @return the row, or -1 if all are seen
     */
    public static int drawUnseen(IntPredicate seen, int rows, long seed, long step, long index) {
        int row = 0;
        for (long attempt = 0; attempt < ATTEMPTS; attempt++) {
            row = (int) CounterRandom.below(rows, seed, step, Purpose.NEGATIVES, index | attempt << ATTEMPT_SHIFT);
            if (!seen.test(row)) {
                return row;
            }
        }
        for (int i = 0; i < rows; i++) {
            int next = (int) (((long) row + i) % rows);
            if (!seen.test(next)) {
                return next;
            }
        }
        return -1;
    }
}
