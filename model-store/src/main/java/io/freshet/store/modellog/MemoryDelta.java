package io.freshet.store.modellog;

import java.util.Arrays;

/**
 * The effect of the steps of a {@link ModelDelta} on the co-occurrence memory. It holds the observed clicks in order,
 * so that a reader's memory can observe them again, and the mixture as absolute values. The memory's neighbour lists
 * depend only on the clicks. A click takes some 30 bytes; the lists that it changes would take thousands.
 *
 * <p>Among the clicks of a step are the erasures of users' sessions. An erasure has the rows of the session's clicks in
 * place of a history, and no item.
 *
 * <p>Immutable. This object owns its arrays; callers must not change them.
 *
 * @param clicksOfStep number of clicks and erasures in each step of the delta; empty if the model has no memory
 * @param historyLengths number of relevant items before each click, at least one; for an erasure, the number of clicks to
 *     erase, times -1
 * @param rows for each click, the item rows before it, oldest first, then its own; for each erasure, the item rows of the
 *     clicks to erase, oldest first
 * @param mixture mixture weights of the network and the memory after the last step
 */
@SuppressWarnings("ArrayRecordComponent") // equals compares the elements
public record MemoryDelta(
        int[] clicksOfStep, // (steps)
        int[] historyLengths, // (clicks and erasures)
        int[] rows, // (sum of historyLengths + 1 over the clicks, and of -historyLengths over the erasures)
        double[] mixture) {
    /** The delta of a model without a memory, and of every part but the first. */
    public static final MemoryDelta NONE = new MemoryDelta(new int[0], new int[0], new int[0], new double[0]);

    /** Creates a delta and takes ownership of the arrays. */
    public MemoryDelta(int[] clicksOfStep, int[] historyLengths, int[] rows, double[] mixture) {
        this.clicksOfStep = clicksOfStep;
        this.historyLengths = historyLengths;
        this.rows = rows;
        this.mixture = mixture;
        require(Arrays.stream(clicksOfStep).allMatch(clicks -> clicks >= 0), "clicks of a step >= 0");
        require(
                Arrays.stream(clicksOfStep).asLongStream().sum() == historyLengths.length,
                "as many clicks as its steps");
        require(Arrays.stream(historyLengths).allMatch(length -> length != 0), "history lengths other than 0");
        require(
                Arrays.stream(historyLengths).mapToLong(MemoryDelta::rowsOf).sum() == rows.length,
                "as many rows as its clicks");
        for (int row : rows) {
            require(row >= 0, "rows >= 0");
        }
    }

    /** Returns the number of rows of a click or an erasure. */
    private static long rowsOf(int historyLength) {
        return historyLength > 0 ? historyLength + 1L : -(long) historyLength;
    }

    /** Returns the number of observed clicks. */
    public int clicks() {
        return (int) Arrays.stream(historyLengths).filter(length -> length > 0).count();
    }

    /** Returns whether a session was erased. */
    boolean hasErasures() {
        return clicks() < historyLengths.length;
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

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("memory delta must have " + rule + ": " + this);
        }
    }
}
