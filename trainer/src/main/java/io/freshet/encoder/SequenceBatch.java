package io.freshet.encoder;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sequences of vocabulary rows laid end to end, without padding. A token is one position of one sequence: an input row
 * and, where there is something to learn, the row of the item that came next, with the weight of its loss.
 *
 * <p>The newest token of a sequence always stands at position {@code maxLength - 1}. Reused from step to step; not
 * thread-safe.
 */
public final class SequenceBatch {
    /** The target of a token that has none. */
    public static final int NO_TARGET = -1;

    private final int maxLength;
    private int[] inputs = new int[1024]; // (tokens)
    private int[] targets = new int[1024]; // (tokens)
    private float[] weights = new float[1024]; // (tokens): of the targets, 0 without one
    private int[] positions = new int[1024]; // (tokens)
    private int[] starts = new int[128]; // (sequences + 1)
    private int[] seen = new int[1024]; // (rows that sequences were taken from)
    private int[] seenStarts = new int[128]; // (sequences + 1)
    private int sequences;
    private int tokens;
    private int targetCount;
    private double weightSum;

    /**
     * @param maxLength positions that the encoder sees
     */
    public SequenceBatch(int maxLength) {
        this.maxLength = maxLength;
    }

    public void clear() {
        sequences = 0;
        tokens = 0;
        targetCount = 0;
        weightSum = 0;
    }

    /**
     * Adds a training example: each row of {@code rows[from, to)} but the last is an input whose target is the row
     * after it. Of a longer sequence the newest {@code maxLength} tokens are taken; fewer than two rows add nothing.
     * All of the rows count as {@linkplain #hasSeen seen}.
     */
    public void addExample(int[] rows, int from, int to) {
        addExample(rows, null, from, to);
    }

    /**
     * Adds a training example, as {@link #addExample(int[], int, int)} does, whose targets have weights of their own. Rows
     * after the last target are left out; an example without a target adds nothing.
     *
     * @param weights of {@code rows} as targets; 0 for a row that is an input only. Null where each weighs 1
     */
    public void addExample(int[] rows, float @Nullable [] weights, int from, int to) {
        int end = weights == null ? to : endOfTargets(weights, from, to);
        int first = Math.max(from, end - 1 - maxLength);
        int length = end - 1 - first;
        if (length < 1) {
            return;
        }
        addInputs(rows, first, length);
        addSeen(rows, from, to);
        for (int i = 0; i < length; i++) {
            int next = first + 1 + i;
            addTarget(rows[next], weights == null ? 1f : weights[next]);
        }
    }

    /** Behind the last row that is a target; the first row is none. */
    private static int endOfTargets(float[] weights, int from, int to) {
        int end = to;
        while (end > from + 1 && weights[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private void addTarget(int row, float weight) {
        boolean counts = weight > 0;
        targets[tokens] = counts ? row : NO_TARGET;
        weights[tokens] = weight;
        targetCount += counts ? 1 : 0;
        weightSum += weight;
        tokens++;
    }

    /** Adds a history without targets: each of the newest {@code maxLength} rows of {@code rows[from, to)}. */
    public void addHistory(int[] rows, int from, int to) {
        int first = Math.max(from, to - maxLength);
        int length = to - first;
        if (length < 1) {
            throw new IllegalArgumentException("a history must hold an item: from=" + from + ", to=" + to);
        }
        addInputs(rows, first, length);
        addSeen(rows, from, to);
        Arrays.fill(targets, tokens, tokens + length, NO_TARGET);
        Arrays.fill(weights, tokens, tokens + length, 0f);
        tokens += length;
    }

    private void addInputs(int[] rows, int first, int length) {
        reserve(length);
        System.arraycopy(rows, first, inputs, tokens, length);
        for (int i = 0; i < length; i++) {
            positions[tokens + i] = maxLength - length + i;
        }
        sequences++;
        starts[sequences] = tokens + length;
    }

    private void addSeen(int[] rows, int from, int to) {
        int start = seenStarts[sequences - 1];
        int end = start + to - from;
        if (end > seen.length) {
            seen = Arrays.copyOf(seen, Math.max(end, 2 * seen.length));
        }
        System.arraycopy(rows, from, seen, start, to - from);
        seenStarts[sequences] = end;
    }

    private void reserve(int length) {
        if (tokens + length > inputs.length) {
            int capacity = Math.max(tokens + length, 2 * inputs.length);
            inputs = Arrays.copyOf(inputs, capacity);
            targets = Arrays.copyOf(targets, capacity);
            weights = Arrays.copyOf(weights, capacity);
            positions = Arrays.copyOf(positions, capacity);
        }
        if (sequences + 2 > starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
            seenStarts = Arrays.copyOf(seenStarts, starts.length);
        }
    }

    public int sequences() {
        return sequences;
    }

    public int tokens() {
        return tokens;
    }

    /** Tokens that have a target. */
    public int targetCount() {
        return targetCount;
    }

    /** The sum of the targets' weights: {@link #targetCount} where each weighs 1. */
    public double weightSum() {
        return weightSum;
    }

    /** The first token of a sequence; that of {@code sequences()} is {@code tokens()}. */
    public int start(int sequence) {
        return starts[sequence];
    }

    public int input(int token) {
        return inputs[token];
    }

    public int target(int token) {
        return targets[token];
    }

    /** How much the loss of the token's target weighs; 0 without one. */
    public float weight(int token) {
        return weights[token];
    }

    /** Whether the row is among those that the sequence was taken from, cut off ones and the last target included. */
    public boolean hasSeen(int sequence, int row) {
        for (int i = seenStarts[sequence]; i < seenStarts[sequence + 1]; i++) {
            if (seen[i] == row) {
                return true;
            }
        }
        return false;
    }

    int position(int token) {
        return positions[token];
    }
}
