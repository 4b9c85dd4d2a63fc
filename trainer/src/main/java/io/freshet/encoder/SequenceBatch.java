package io.freshet.encoder;

import io.freshet.sampling.CounterRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sequences of vocabulary rows laid end to end, without padding. A token is one position of one sequence: an input row. A state is
 * what the encoder makes of a token and those before it. It has, where there is something to learn, a target: the row of the item
 * that came next, with the weight of its loss.
 *
 * <p>For an encoder that {@linkplain EncoderShape#predictsEveryPosition predicts every position}, each token has a state of the same
 * number. For others each sequence has one, after its last token; an example is then cut into one sequence for each target.
 *
 * <p>The newest token of a sequence has position {@code maxLength - 1}. Reused from step to step; not thread-safe.
 */
public final class SequenceBatch {
    /** The target of a state that has none. */
    public static final int NO_TARGET = -1;

    /** No bound on the targets of an example. */
    public static final int ALL_TARGETS = 0;

    private final int maxLength;
    private final @Nullable EncoderShape padding; // says how many places a sequence takes; null where it is its tokens
    private final boolean everyPosition;
    private final int mostTargets;
    private final long seed;
    private long step;
    private int examples;
    private int[] inputs = new int[1024]; // (tokens)
    private int[] positions = new int[1024]; // (tokens)
    private int[] targets = new int[1024]; // (states)
    private float[] weights = new float[1024]; // (states): of the targets, 0 without one
    private int[] starts = new int[128]; // (sequences + 1)
    private int[] placeStarts = new int[128]; // (sequences + 1)
    private int[] seen = new int[1024]; // (rows that examples were taken from)
    private int[] seenStarts = new int[128]; // (sequences)
    private int[] seenEnds = new int[128]; // (sequences)
    private int seenSize;
    private int sequences;
    private int tokens;
    private int states;
    private int targetCount;
    private double weightSum;

    /**
     * A batch in which each token has a state.
     *
     * @param maxLength positions that the encoder sees
     */
    public SequenceBatch(int maxLength) {
        this(maxLength, null, true, ALL_TARGETS, 0);
    }

    /** A batch for an encoder, of which every target is learned. */
    public SequenceBatch(EncoderShape shape) {
        this(shape, ALL_TARGETS, 0);
    }

    /**
     * A batch for an encoder.
     *
     * @param mostTargets targets of an example that are learned, where each takes a sequence of its own; {@link #ALL_TARGETS} for
     *     all. Of more, those are drawn at random
     * @param seed of the draws
     */
    public SequenceBatch(EncoderShape shape, int mostTargets, long seed) {
        this(shape.maxLength(), shape, shape.predictsEveryPosition(), mostTargets, seed);
    }

    private SequenceBatch(
            int maxLength, @Nullable EncoderShape padding, boolean everyPosition, int mostTargets, long seed) {
        this.maxLength = maxLength;
        this.padding = padding;
        this.everyPosition = everyPosition;
        this.mostTargets = mostTargets;
        this.seed = seed;
    }

    /** Empties the batch, for a step that draws no targets. */
    public void clear() {
        clear(0);
    }

    /**
     * Empties the batch.
     *
     * @param newStep the number that decides which targets are drawn
     */
    public void clear(long newStep) {
        step = newStep;
        examples = 0;
        sequences = 0;
        tokens = 0;
        states = 0;
        seenSize = 0;
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
        if (everyPosition) {
            addPacked(rows, weights, from, to);
        } else {
            addEachTarget(rows, weights, from, to, false);
        }
    }

    /**
     * Adds a training example of a sequence that has just grown. As {@link #addExample(int[], float[], int, int)}, but where only some
     * targets are learned these are the newest.
     */
    public void addGrown(int[] rows, float @Nullable [] weights, int from, int to) {
        if (everyPosition) {
            addPacked(rows, weights, from, to);
        } else {
            addEachTarget(rows, weights, from, to, true);
        }
    }

    private void addPacked(int[] rows, float @Nullable [] weights, int from, int to) {
        int end = weights == null ? to : endOfTargets(weights, from, to);
        int first = Math.max(from, end - 1 - maxLength);
        int length = end - 1 - first;
        if (length < 1) {
            return;
        }
        addInputs(rows, first, length);
        addSeen(rows, from, to);
        for (int i = 0; i < length; i++) {
            addState(rows[first + 1 + i], weightOf(weights, first + 1 + i));
        }
    }

    /** Adds a sequence for each target, or for some of them: all that came before it. */
    private void addEachTarget(int[] rows, float @Nullable [] weights, int from, int to, boolean newest) {
        int left = 0; // targets still to come
        for (int target = from + 1; target < to; target++) {
            left += weightOf(weights, target) > 0 ? 1 : 0;
        }
        int wanted = mostTargets == ALL_TARGETS ? left : Math.min(mostTargets, left);
        int firstSeen = seenSize;
        boolean added = false;
        for (int target = from + 1; target < to; target++) {
            float weight = weightOf(weights, target);
            if (weight > 0) {
                if (isTaken(wanted, left, target, newest)) {
                    int first = Math.max(from, target - maxLength);
                    addInputs(rows, first, target - first);
                    if (added) {
                        shareSeen(firstSeen);
                    } else {
                        addSeen(rows, from, to);
                    }
                    addState(rows[target], weight);
                    added = true;
                    wanted--;
                }
                left--;
            }
        }
        examples++;
    }

    /** Selection sampling (Knuth, The Art of Computer Programming, volume 2, algorithm 3.4.2 S), or the last of those left. */
    private boolean isTaken(int wanted, int left, int target, boolean newest) {
        if (wanted == left || newest) {
            return wanted == left;
        }
        long index = (long) examples << Integer.SIZE | target;
        return CounterRandom.below(left, seed, step, CounterRandom.Purpose.TARGETS, index) < wanted;
    }

    private static float weightOf(float @Nullable [] weights, int row) {
        return weights == null ? 1f : weights[row];
    }

    /** Behind the last row that is a target; the first row is none. */
    private static int endOfTargets(float[] weights, int from, int to) {
        int end = to;
        while (end > from + 1 && weights[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private void addState(int target, float weight) {
        boolean counts = weight > 0;
        targets[states] = counts ? target : NO_TARGET;
        weights[states] = weight;
        targetCount += counts ? 1 : 0;
        weightSum += weight;
        states++;
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
        int added = everyPosition ? length : 1;
        for (int i = 0; i < added; i++) {
            addState(NO_TARGET, 0f);
        }
    }

    private void addInputs(int[] rows, int first, int length) {
        reserve(length);
        System.arraycopy(rows, first, inputs, tokens, length);
        for (int i = 0; i < length; i++) {
            positions[tokens + i] = maxLength - length + i;
        }
        tokens += length;
        sequences++;
        starts[sequences] = tokens;
        placeStarts[sequences] = placeStarts[sequences - 1] + (padding == null ? length : padding.places(length));
    }

    private void addSeen(int[] rows, int from, int to) {
        int start = seenSize;
        seenSize += to - from;
        if (seenSize > seen.length) {
            seen = Arrays.copyOf(seen, Math.max(seenSize, 2 * seen.length));
        }
        System.arraycopy(rows, from, seen, start, to - from);
        shareSeen(start);
    }

    /** Says that the newest sequence was taken from the newest of the seen rows. */
    private void shareSeen(int start) {
        seenStarts[sequences - 1] = start;
        seenEnds[sequences - 1] = seenSize;
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
            placeStarts = Arrays.copyOf(placeStarts, starts.length);
            seenStarts = Arrays.copyOf(seenStarts, starts.length);
            seenEnds = Arrays.copyOf(seenEnds, starts.length);
        }
    }

    public int sequences() {
        return sequences;
    }

    public int tokens() {
        return tokens;
    }

    /** Rows of what the encoder makes of the batch. */
    public int states() {
        return states;
    }

    /** States that have a target. */
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

    /** The first state of a sequence; that of {@code sequences()} is {@code states()}. */
    public int firstState(int sequence) {
        return everyPosition ? starts[sequence] : sequence;
    }

    /** {@linkplain EncoderShape#places Places} that sequences {@code [first, end)} take. */
    public int places(int first, int end) {
        return placeStarts[end] - placeStarts[first];
    }

    public int input(int token) {
        return inputs[token];
    }

    public int target(int state) {
        return targets[state];
    }

    /** How much the loss of the state's target weighs; 0 without one. */
    public float weight(int state) {
        return weights[state];
    }

    /** Whether the row is among those that the sequence was taken from, cut off ones and the last target included. */
    public boolean hasSeen(int sequence, int row) {
        for (int i = seenStarts[sequence]; i < seenEnds[sequence]; i++) {
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
