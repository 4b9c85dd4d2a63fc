package io.freshet.model.encoder;

import io.freshet.model.random.CounterRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sequences of vocabulary rows laid end to end, without padding. A token is one position of one sequence, with an
 * input row. A state is the encoder's output for a token and the tokens before it. A state that is trained has a
 * target: the row of the item that came next, and the weight of its loss.
 *
 * <p>For an encoder that {@linkplain EncoderShape#predictsEveryPosition predicts every position}, each token has a
 * state with the same number. For other encoders, each sequence has one state, after its last token, and an example
 * is cut into one sequence for each target.
 *
 * <p>The newest token of a sequence has position {@code maxLength - 1}. A batch is reused from step to step. Not
 * thread-safe.
 */
public final class SequenceBatch {
    /** The target of a state that has none. */
    public static final int NO_TARGET = -1;

    /** No bound on the targets of an example. */
    public static final int ALL_TARGETS = 0;

    private final int maxLength;
    private final @Nullable EncoderShape padding; // gives the places of a sequence; null: one per token
    private final boolean everyPosition;
    private final int mostTargets;
    private final long seed;
    private long step;
    private int examples;
    private int[] inputs = new int[1024]; // (tokens)
    private int[] positions = new int[1024]; // (tokens)
    private int[] targets = new int[1024]; // (states)
    private float[] weights = new float[1024]; // (states): of the targets; 0 without a target
    private int[] starts = new int[128]; // (sequences + 1)
    private int[] placeStarts = new int[128]; // (sequences + 1)
    private int[] seen = new int[1024]; // rows of whole examples, for hasSeen
    private int[] seenStarts = new int[128]; // (sequences)
    private int[] seenEnds = new int[128]; // (sequences)
    private int seenSize;
    private int sequences;
    private int tokens;
    private int states;
    private int targetCount;
    private double weightSum;

    /**
     * Creates a batch in which each token has a state.
     *
     * @param maxLength number of positions that the encoder sees
     */
    public SequenceBatch(int maxLength) {
        this(maxLength, null, true, ALL_TARGETS, 0);
    }

    /** Creates a batch for an encoder, in which every target is learned. */
    public SequenceBatch(EncoderShape shape) {
        this(shape, ALL_TARGETS, 0);
    }

    /**
     * Creates a batch for an encoder.
     *
     * @param mostTargets largest number of targets of an example that are learned, if each takes its own sequence;
     *     {@link #ALL_TARGETS} for all. If an example has more targets, they are drawn at random
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

    /** Empties the batch, for a step in which no targets are drawn at random. */
    public void clear() {
        clear(0);
    }

    /**
     * Empties the batch.
     *
     * @param newStep the step's number, which determines the targets that are drawn
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
     * Adds a training example: each row of {@code rows[from, to)} except the last is an input whose target is the
     * next row. A longer sequence is cut to its newest {@code maxLength} tokens. Fewer than two rows add nothing. All
     * rows count as {@linkplain #hasSeen seen}, including those that are cut off.
     */
    public void addExample(int[] rows, int from, int to) {
        addExample(rows, null, from, to);
    }

    /**
     * Adds a training example, as {@link #addExample(int[], int, int)} does, with a weight for each target. Rows
     * after the last target are left out. An example without a target adds nothing.
     *
     * @param weights weights of {@code rows} as targets; 0 for a row that is an input only. Null if each weight is 1
     */
    public void addExample(int[] rows, float @Nullable [] weights, int from, int to) {
        if (everyPosition) {
            addPacked(rows, weights, from, to);
        } else {
            addEachTarget(rows, weights, from, to, false);
        }
    }

    /**
     * Adds a training example of a sequence that has just grown, as {@link #addExample(int[], float[], int, int)}
     * does. If only some of its targets are learned, they are the newest ones instead of a random draw.
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

    /** Adds a sequence for each target that is learned, which holds the rows before the target. */
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

    /**
     * Decides by selection sampling (Knuth, The Art of Computer Programming, volume 2, algorithm 3.4.2 S), or takes the
     * newest targets.
     */
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

    /** Returns the index after the last row that is a target. The first row is never a target. */
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
            throw new IllegalArgumentException("a history must have an item: from=" + from + ", to=" + to);
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

    /** Makes the rows of {@link #seen} from {@code start} on the seen rows of the newest sequence. */
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

    /** Returns the number of states, which is the number of rows that the encoder computes for the batch. */
    public int states() {
        return states;
    }

    /** Returns the number of states with a target. */
    public int targetCount() {
        return targetCount;
    }

    /** Returns the sum of the targets' weights, which is {@link #targetCount} if each weight is 1. */
    public double weightSum() {
        return weightSum;
    }

    /** Returns the first token of a sequence, or {@code tokens()} for {@code sequences()}. */
    public int start(int sequence) {
        return starts[sequence];
    }

    /** Returns the first state of a sequence, or {@code states()} for {@code sequences()}. */
    public int firstState(int sequence) {
        return everyPosition ? starts[sequence] : sequence;
    }

    /** Returns the number of {@linkplain EncoderShape#places places} of sequences {@code [first, end)}. */
    public int places(int first, int end) {
        return placeStarts[end] - placeStarts[first];
    }

    /** Returns the vocabulary row of a token. */
    public int input(int token) {
        return inputs[token];
    }

    /** Returns the vocabulary row of a state's target, or {@link #NO_TARGET}. */
    public int target(int state) {
        return targets[state];
    }

    /** Returns the weight of the loss of the state's target, or 0 without a target. */
    public float weight(int state) {
        return weights[state];
    }

    /**
     * Returns whether the row is among the rows of the example or history that the sequence was taken from, including
     * rows that were cut off and the last target.
     */
    public boolean hasSeen(int sequence, int row) {
        for (int i = seenStarts[sequence]; i < seenEnds[sequence]; i++) {
            if (seen[i] == row) {
                return true;
            }
        }
        return false;
    }

    /** Returns the position of a token, below {@code maxLength}. */
    public int position(int token) {
        return positions[token];
    }
}
