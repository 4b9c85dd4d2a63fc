package io.freshet.model.encoder.layer;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;

/**
 * Owner of the matrices of one encoder. If a matrix cannot be allocated, the matrices allocated before it are freed, so a
 * constructor that fails leaks nothing.
 */
public final class ScratchMemory implements AutoCloseable {
    private final List<FloatBlock> blocks = new ArrayList<>();

    /**
     * Allocates a matrix of zeros (rows, columns), valid until {@link #close}.
     *
     * @throws IllegalStateException if there is no memory for it; all matrices of this instance are then freed
     */
    public Matrix matrix(int rows, int columns) {
        try {
            FloatBlock block = FloatBlock.zeros((long) rows * columns);
            blocks.add(block);
            return Matrix.over(block.memory(), 0, rows, columns);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        blocks.forEach(FloatBlock::close);
        blocks.clear();
    }
}
