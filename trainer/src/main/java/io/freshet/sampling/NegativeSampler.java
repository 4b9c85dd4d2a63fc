package io.freshet.sampling;

import io.freshet.sampling.CounterRandom.Purpose;

/** Draws distinct vocabulary rows, each as likely as any other. */
public final class NegativeSampler {
    private NegativeSampler() {}

    /**
     * Draws {@code count} distinct rows below {@code rows}.
     *
     * @param drawn receives the rows
     * @param slotOfRow holds -1 for each row, and afterwards its place in {@code drawn} for each that was drawn
     */
    public static void draw(int count, int rows, long seed, long step, int[] drawn, int[] slotOfRow) {
        if (count > rows) {
            throw new IllegalArgumentException(
                    "there must be as many rows as draws: count=" + count + ", rows=" + rows);
        }
        int slots = 0;
        for (long index = 0; slots < count; index++) {
            int row = (int) CounterRandom.below(rows, seed, step, Purpose.NEGATIVES, index);
            if (slotOfRow[row] < 0) {
                slotOfRow[row] = slots;
                drawn[slots] = row;
                slots++;
            }
        }
    }
}
