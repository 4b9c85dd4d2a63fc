package io.freshet.store.modellog;

import java.util.Arrays;

/**
 * The effect of the steps of a {@link ModelDelta} on the co-occurrence memory. It holds the observed clicks in order,
 * so that a reader's memory can observe them again, and the mixture as absolute values. The memory's neighbour lists
 * depend only on the clicks. A click takes some 30 bytes; the lists that it changes would take thousands.
 *
 * <p>Immutable. This object owns its arrays; callers must not change them.
 *
 * @param clicksOfStep number of clicks that each step of the delta observed; empty if the model has no memory
 * @param historyLengths number of relevant items before each click, at least one
 * @param rows for each click, the item rows before it, oldest first, then its own
 * @param mixture mixture weights of the network and the memory after the last step
 */
@SuppressWarnings("ArrayRecordComponent") // equals compares the elements
public record MemoryDelta(
        int[] clicksOfStep, // (steps)
        int[] historyLengths, // (clicks)
        int[] rows, // (sum of historyLengths + 1)
        double[] mixture) {
    /** The delta of a model without a memory, and of every part but the first. */
    public static final MemoryDelta NONE = new MemoryDelta(new int[0], new int[0], new int[0], new double[0]);

    /** Creates a delta and takes ownership of the arrays. */
    public MemoryDelta(int[] clicksOfStep, int[] historyLengths, int[] rows, double[] mixture) {
        this.clicksOfStep = clicksOfStep;
        this.historyLengths = historyLengths;
        this.rows = rows;
        this.mixture = mixture;
        require(sum(clicksOfStep, 0) == historyLengths.length, "as many clicks as its steps");
        require(sum(historyLengths, 1) == rows.length, "as many rows as its clicks");
        for (int row : rows) {
            require(row >= 0, "rows >= 0");
        }
    }

    /** Compares floating-point values by their bits. */
    @Override
    public boolean equals(Object o) {
        return o instanceof MemoryDelta other
                && Arrays.equals(clicksOfStep, other.clicksOfStep)
                && Arrays.equals(historyLengths, other.historyLengths)
                && Arrays.equals(rows, other.rows)
                && Arrays.equals(mixture, other.mixture);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(clicksOfStep) + Arrays.hashCode(rows);
    }

    @Override
    public String toString() {
        return "MemoryDelta[steps=" + clicksOfStep.length + ", clicks=" + historyLengths.length + ", rows="
                + rows.length + ", mixture=" + mixture.length + "]";
    }

    /** Returns the sum of all values, with {@code more} added to each, or -1 if a value is below {@code more}. */
    private static long sum(int[] values, int more) {
        long sum = 0;
        for (int value : values) {
            if (value < more) {
                return -1;
            }
            sum += (long) value + more;
        }
        return sum;
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("memory delta must have " + rule + ": " + this);
        }
    }
}
