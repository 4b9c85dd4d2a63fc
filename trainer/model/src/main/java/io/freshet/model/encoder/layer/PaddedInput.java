package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.ParameterBlocks;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.ParameterLayout.Norm;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The input of encoders that pad sequences to L places: {@code X = dropout(norm(R + P))}, forward and backward. R (L,
 * d) of a sequence of n tokens holds the pad's row in its first L - n places and then the item vectors. P (L, d)
 * holds the positions. The pad's row is drawn once and never learned: its gradient is not accumulated. It is a
 * parameter so that snapshots include it. The optimiser's weight decay shrinks it, as in the authors' code.
 *
 * <p>A sequence takes L rows of a chunk's matrices. This class keeps x̂ and can compute X (rows, d) again from it.
 */
public final class PaddedInput {
    /** Standard deviation of the initial weights. */
    private static final float DEVIATION = .02f;

    private final Parameters p;
    private final int length; // L
    private final int d;
    private final int capacity; // rows
    private final LayerNorm norm;
    private Dropout dropout = Dropout.NONE;
    private RowNumbers places = row -> row;

    /** The parameters: the pad's row (1, d), the positions (L, d) and the norm's. */
    public record Parameters(Parameter pad, Parameter positions, Norm norm) {
        public static Parameters of(ParameterLayout all, int length, int d) {
            return new Parameters(all.add("pad", 1, d), all.add("positions", length, d), all.norm("input_norm", d));
        }
    }

    public PaddedInput(Parameters p, int length, int d, int capacity, ScratchMemory memory) {
        this.p = p;
        this.length = length;
        this.d = d;
        this.capacity = capacity;
        this.norm = new LayerNorm(p.norm(), memory.matrix(capacity, d));
    }

    /**
     * Draws every parameter of an encoder from N(0, .02²), except for biases, which become 0, and gains, which become
     * 1.
     */
    public static void initialize(ParameterLayout layout, long seed, MemorySegment weights) {
        weights.fill((byte) 0);
        for (Parameter parameter : layout.parameters()) {
            Matrix matrix = parameter.in(weights);
            if (parameter.name().endsWith(".gain")) {
                for (int i = 0; i < parameter.columns(); i++) {
                    matrix.set(0, i, 1f);
                }
            } else if (!parameter.name().endsWith(".bias")) {
                for (int i = 0; i < parameter.size(); i++) {
                    float value = CounterRandom.normal(seed, parameter.start(), Purpose.INITIAL_WEIGHTS, i);
                    matrix.set(i / parameter.columns(), i % parameter.columns(), DEVIATION * value);
                }
            }
        }
    }

    /** Sets the dropout of the following passes. */
    public void dropBy(Dropout next) {
        dropout = next;
    }

    /**
     * Computes the input X of the first block.
     *
     * @param x receives X of the chunk (rows, d)
     * @return the number of rows of X
     * @throws IllegalArgumentException if the sequences take more places than there is memory for
     */
    public int forward(Chunk chunk, RowTable items, MemorySegment weights, Matrix x) {
        int rows = chunk.sequences() * length;
        if (rows > capacity) {
            throw new IllegalArgumentException(
                    "there must not be more than " + capacity + " places at once: places=" + rows);
        }
        places = chunk.numbers();
        for (int row = 0; row < rows; row++) {
            int place = row % length;
            int token = token(chunk, row);
            int item = token < 0 ? 0 : chunk.batch().input(token);
            MemorySegment vector = token < 0 ? weights : items.memory(item);
            long vectorAt = token < 0 ? (long) p.pad().start() * Float.BYTES : items.at(item);
            add(vector, vectorAt, weights, positionAt(place), x, row);
        }
        norm.forward(x, rows, weights, x);
        drop(x, 0, rows);
        return rows;
    }

    /** A row of {@code y = a + b}. */
    private void add(MemorySegment a, long aAt, MemorySegment b, long bAt, Matrix y, int row) {
        MemorySegment to = y.memory();
        long at = y.at(row);
        for (long i = 0; i < (long) d * Float.BYTES; i += Lanes.BYTES) {
            FloatVector sum = Lanes.load(a, aAt + i).add(Lanes.load(b, bAt + i));
            Lanes.store(sum, to, at + i);
        }
    }

    /** Returns the token in a row of the chunk, or -1 for a pad. */
    private int token(Chunk chunk, int row) {
        int sequence = chunk.first() + row / length;
        int token = chunk.batch().start(sequence + 1) - length + row % length;
        return token < chunk.batch().start(sequence) ? -1 : token;
    }

    private long positionAt(int place) {
        return ((long) p.positions().start() + (long) place * d) * Float.BYTES;
    }

    /** Applies dropout to rows 0 to {@code rows} of {@code x}. Row 0 of {@code x} is row {@code first} of the chunk. */
    private void drop(Matrix x, int first, int rows) {
        for (int row = 0; row < rows; row++) {
            dropout.apply(x.memory(), x.at(row), places.element(first + row, d), x.memory(), x.at(row), d);
        }
    }

    /**
     * Computes rows {@code first} to {@code first + rows} of X again, to the same bits, into {@code x} from row 0 on.
     */
    public void restore(int first, int rows, MemorySegment weights, Matrix x) {
        norm.restore(first, rows, weights, x);
        drop(x, first, rows);
    }

    /**
     * Runs the backward pass.
     *
     * @param dx gradient of X (rows, d), overwritten
     * @param dItems receives, in the batch's token rows, the gradients of the item vectors
     */
    public void backward(Chunk chunk, Matrix dx, ParameterBlocks blocks, Matrix dItems) {
        int rows = chunk.sequences() * length;
        drop(dx, 0, rows);
        norm.backward(dx, rows, blocks.weights(), blocks.gradients(), dx, false);
        for (int row = 0; row < rows; row++) {
            Rows.add(dx.memory(), dx.at(row), blocks.gradients(), positionAt(row % length), d);
            int token = token(chunk, row);
            if (token >= 0) {
                MemorySegment.copy(dx.memory(), dx.at(row), dItems.memory(), dItems.at(token), (long) d * Float.BYTES);
            }
        }
    }
}
