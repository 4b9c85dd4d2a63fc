package io.freshet.encoder;

import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;

/**
 * Owner of the matrices of one encoder. If a matrix cannot be allocated, the matrices allocated before it are freed, so a
 * constructor that fails leaks nothing.
 */
final class ScratchMemory implements AutoCloseable {
    private final List<FloatBlock> blocks = new ArrayList<>();

    /**
     * Allocates a matrix of zeros (rows, columns), valid until {@link #close}.
     *
     * @throws IllegalStateException if there is no memory for it; all matrices of this instance are then freed
     */
    Matrix matrix(int rows, int columns) {
        try {
            FloatBlock block = FloatBlock.zeros((long) rows * columns);
            blocks.add(block);
            return Matrix.over(block.memory(), 0, columns);
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
