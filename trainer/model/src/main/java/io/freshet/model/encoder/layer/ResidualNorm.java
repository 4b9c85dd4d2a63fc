package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.ParameterBlocks;
import io.freshet.model.encoder.ParameterLayout.Norm;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Residual connection and norm at the end of a sublayer, forward and backward: {@code y = norm(x + dropout(f))} for
 * the sublayer's input x and output f. It keeps x̂ of the norm between the passes. It can compute y again from x̂, so
 * y need not be kept.
 */
public final class ResidualNorm {
    private final int d;
    private final LayerNorm norm;
    private Dropout dropout = Dropout.NONE;

    /**
     * @param normalized memory for x̂ (rows, d)
     */
    public ResidualNorm(Norm norm, Matrix normalized) {
        this.d = normalized.columns();
        this.norm = new LayerNorm(norm, normalized);
    }

    /** Sets the dropout of the following passes. */
    public void dropBy(Dropout next) {
        dropout = next;
    }

    /**
     * Adds the sublayer's input to its output, and normalises the sum.
     *
     * @param x the sublayer's input (rows, d)
     * @param f the sublayer's output (rows, d), replaced by y
     */
    public void forward(Matrix x, int rows, RowNumbers numbers, MemorySegment weights, Matrix f) {
        for (int row = 0; row < rows; row++) {
            addDropped(x, row, numbers.element(row, d), f);
        }
        norm.forward(f, rows, weights, f);
    }

    private void addDropped(Matrix from, int row, int element, Matrix to) {
        MemorySegment x = from.memory();
        long xAt = from.at(row);
        MemorySegment f = to.memory();
        long fAt = to.at(row);
        Dropout by = dropout;
        int number = element;
        for (long i = 0; i < (long) d * Float.BYTES; i += Lanes.BYTES) {
            FloatVector kept = by.apply(Lanes.load(f, fAt + i), number);
            Lanes.store(kept.add(Lanes.load(x, xAt + i)), f, fAt + i);
            number += Lanes.COUNT;
        }
    }

    /**
     * Computes rows {@code first} to {@code first + rows} of y again, to the same bits, into {@code y} from row 0 on.
     */
    public void restore(int first, int rows, MemorySegment weights, Matrix y) {
        norm.restore(first, rows, weights, y);
    }

    /**
     * Replaces the gradient of y (rows, d) by that of {@code x + dropout(f)}, which is also the gradient of x through
     * the residual.
     */
    public void backward(Matrix dy, int rows, ParameterBlocks blocks) {
        norm.backward(dy, rows, blocks.weights(), blocks.gradients(), dy, false);
    }

    /**
     * Computes the gradient of f from that of {@code x + dropout(f)}. Reads rows {@code first} to
     * {@code first + rows} and writes {@code df} from row 0 on.
     */
    public void backwardDropout(Matrix dSum, int first, int rows, RowNumbers numbers, Matrix df) {
        for (int i = 0; i < rows; i++) {
            int row = first + i;
            dropout.apply(dSum.memory(), dSum.at(row), numbers.element(row, d), df.memory(), df.at(i), d);
        }
    }
}
