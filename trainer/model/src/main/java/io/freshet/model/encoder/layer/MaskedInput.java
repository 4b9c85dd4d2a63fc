package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.ParameterBlocks;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.ParameterLayout.Norm;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The input of an encoder that reads its state at a mask after the items: {@code X = dropout(norm(R + P))}, forward
 * and backward. R of a sequence of n tokens holds their item vectors and then the mask's learned row (n + 1, d). P
 * holds the positions: the mask has the last one, and the newest item has the one before it.
 *
 * <p>Sequences lie end to end, without padding. This class keeps x̂ and can compute X (rows, d) again from it.
 */
public final class MaskedInput {
    private final Parameters p;
    private final int maxLength;
    private final int d;
    private final int capacity; // rows
    private final LayerNorm norm;
    private Dropout dropout = Dropout.NONE;

    /** The parameters: the mask's row (1, d), the positions (maxLength + 1, d) and the norm's. */
    public record Parameters(Parameter mask, Parameter positions, Norm norm) {
        public static Parameters of(ParameterLayout all, int maxLength, int d) {
            return new Parameters(
                    all.add("mask", 1, d), all.add("positions", maxLength + 1, d), all.norm("input_norm", d));
        }
    }

    public MaskedInput(Parameters p, int maxLength, int d, int capacity, ScratchMemory memory) {
        this.p = p;
        this.maxLength = maxLength;
        this.d = d;
        this.capacity = capacity;
        this.norm = new LayerNorm(p.norm(), memory.matrix(capacity, d));
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
        SequenceBatch batch = chunk.batch();
        int rows = chunk.rows();
        if (rows > capacity) {
            throw new IllegalArgumentException(
                    "there must not be more than " + capacity + " places at once: places=" + rows);
        }
        int row = 0;
        for (int s = chunk.first(); s < chunk.end(); s++) {
            for (int token = batch.start(s); token < batch.start(s + 1); token++) {
                int item = batch.input(token);
                add(items.memory(item), items.at(item), weights, positionAt(batch.position(token)), x, row);
                row++;
            }
            add(weights, (long) p.mask().start() * Float.BYTES, weights, positionAt(maxLength), x, row);
            row++;
        }
        norm.forward(x, rows, weights, x);
        drop(x, rows, chunk.numbers());
        return rows;
    }

    private long positionAt(int position) {
        return ((long) p.positions().start() + (long) position * d) * Float.BYTES;
    }

    /** A row of {@code y = a + b}. */
    private void add(MemorySegment a, long aAt, MemorySegment b, long bAt, Matrix y, int row) {
        for (long i = 0; i < (long) d * Float.BYTES; i += Lanes.BYTES) {
            FloatVector sum = Lanes.load(a, aAt + i).add(Lanes.load(b, bAt + i));
            Lanes.store(sum, y.memory(), y.at(row) + i);
        }
    }

    private void drop(Matrix x, int rows, RowNumbers places) {
        for (int row = 0; row < rows; row++) {
            dropout.apply(x.memory(), x.at(row), places.element(row, d), x.memory(), x.at(row), d);
        }
    }

    /** Computes the first {@code rows} rows of X again, to the same bits. */
    public void restore(int rows, RowNumbers places, MemorySegment weights, Matrix x) {
        norm.restore(0, rows, weights, x);
        drop(x, rows, places);
    }

    /**
     * Runs the backward pass.
     *
     * @param dx gradient of X (rows, d), overwritten
     * @param dItems receives, in the batch's token rows, the gradients of the item vectors
     */
    public void backward(Chunk chunk, Matrix dx, ParameterBlocks blocks, Matrix dItems) {
        SequenceBatch batch = chunk.batch();
        MemorySegment gradients = blocks.gradients();
        int rows = chunk.rows();
        drop(dx, rows, chunk.numbers());
        norm.backward(dx, rows, blocks.weights(), gradients, dx, false);
        int row = 0;
        for (int s = chunk.first(); s < chunk.end(); s++) {
            for (int token = batch.start(s); token < batch.start(s + 1); token++) {
                Rows.add(dx.memory(), dx.at(row), gradients, positionAt(batch.position(token)), d);
                MemorySegment.copy(dx.memory(), dx.at(row), dItems.memory(), dItems.at(token), (long) d * Float.BYTES);
                row++;
            }
            Rows.add(dx.memory(), dx.at(row), gradients, positionAt(maxLength), d);
            Rows.add(dx.memory(), dx.at(row), gradients, (long) p.mask().start() * Float.BYTES, d);
            row++;
        }
    }
}
