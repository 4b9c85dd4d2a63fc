package io.freshet.training.loss;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A tile of states and their candidates. States are in the lanes and candidates in the rows, so sums over a state's
 * candidates never cross lanes. {@link #scores} holds scores until a {@link LossFunction} replaces them by
 * derivatives. {@link #scales} holds the factor by which each state's derivatives are to be multiplied.
 *
 * <p>Lanes past the states in use have no meaning. Not thread-safe.
 */
final class ScoreTile implements AutoCloseable {
    /** Number of states in a tile. */
    static final int TOKENS = 128;

    /** The score of a candidate that does not count. */
    static final float MASKED = Float.NEGATIVE_INFINITY;

    /** Bytes from one candidate's row to the next. */
    static final long ROW_BYTES = (long) TOKENS * Float.BYTES;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final FloatBlock perToken = FloatBlock.zeros(6L * TOKENS);
    private final MemorySegment targetScores = row(0); // (TOKENS): s⁺, corrected
    private final MemorySegment shifts = row(1); // (TOKENS)
    private final MemorySegment sums = row(2); // (TOKENS)
    private final MemorySegment losses = row(3); // (TOKENS): ℓ
    private final MemorySegment targetDerivatives = row(4); // (TOKENS): dℓ/ds⁺
    private final MemorySegment scales = row(5); // (TOKENS): dℓ/dsᵢ divided by the number in the tile
    private FloatBlock block = FloatBlock.zeros(TOKENS);
    private Matrix scores = Matrix.over(block.memory(), 0, TOKENS); // (candidates, TOKENS)
    private float correction;

    private MemorySegment row(int index) {
        return perToken.memory().asSlice(index * ROW_BYTES, ROW_BYTES);
    }

    /** Makes room for {@code candidates} candidates, to whose scores {@code correction} is to be added. */
    void reserve(int candidates, float correction) {
        long needed = (long) candidates * TOKENS;
        if (block.length() < needed) {
            block.close();
            block = FloatBlock.zeros(needed + needed / 4);
            scores = Matrix.over(block.memory(), 0, TOKENS);
        }
        this.correction = correction;
    }

    Matrix scores() {
        return scores;
    }

    MemorySegment targetScores() {
        return targetScores;
    }

    MemorySegment shifts() {
        return shifts;
    }

    MemorySegment sums() {
        return sums;
    }

    MemorySegment losses() {
        return losses;
    }

    MemorySegment targetDerivatives() {
        return targetDerivatives;
    }

    MemorySegment scales() {
        return scales;
    }

    /** Returns the part of the candidates' corrections that is the same for all of them and not yet in their scores. */
    float correction() {
        return correction;
    }

    static float get(MemorySegment row, int state) {
        return row.getAtIndex(FLOAT, state);
    }

    static void put(MemorySegment row, int state, float value) {
        row.setAtIndex(FLOAT, state, value);
    }

    /** Returns the bytes of the lanes that {@code states} states take. */
    static long laneBytes(int states) {
        return (long) Lanes.roundUp(states) * Float.BYTES;
    }

    @Override
    public void close() {
        perToken.close();
        block.close();
    }
}
