package io.freshet.delta;

import java.util.Arrays;

/**
 * What the steps of a {@link ModelDelta} did to the memory beside the network: the clicks that it observed, in order, for
 * a reader to observe likewise, and the small rest of its state as absolute values. The memory's lists are a function of
 * the clicks alone, which take a few bytes each where the lists they change take hundreds.
 *
 * <p>Immutable; the arrays are this object's and must not be changed by anyone.
 */
public final class MemoryDelta {
    /** Of a model without a memory, and of every part of a delta but the first. */
    public static final MemoryDelta NONE = new MemoryDelta(new int[0], new int[0], new int[0], new double[0]);

    private final int[] clicksOfStep; // (steps)
    private final int[] historyLengths; // (clicks)
    private final int[] rows; // (sum of historyLengths + 1)
    private final double[] mixture;

    /**
     * Takes the arrays over.
     *
     * @param clicksOfStep how many clicks each step of the delta observed
     * @param historyLengths how many items each click has before it, as far as they matter, at least one
     * @param rows for each click the item rows before it, oldest first, and its own
     * @param mixture how far the network and the memory are trusted, after the last step
     */
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

    /** How many clicks each step of the delta observed; none where the model has no memory. */
    public int[] clicksOfStep() {
        return clicksOfStep;
    }

    /** How many rows stand before each click's own. */
    public int[] historyLengths() {
        return historyLengths;
    }

    /** For each click the item rows before it, oldest first, and its own. */
    public int[] rows() {
        return rows;
    }

    /** Absolute values after the last step. */
    public double[] mixture() {
        return mixture;
    }

    /** Numbers count as equal by their bits. */
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

    /** The sum of all values and of {@code more} for each; -1 where one is below {@code more}. */
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
