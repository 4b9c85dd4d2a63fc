package io.freshet.loss;

import io.freshet.tensor.Matrix;
import io.freshet.tensor.RowTable;

/**
 * The items that a target is held against: all that the table knows, or a sample of them. Candidate {@code i} has row
 * {@code i} of the item gradients.
 */
public sealed interface Candidates {
    /** How many. */
    int size();

    /** The candidates come in blocks of {@link #blockSize} but the last. */
    int blockSize();

    /** The vectors of block {@code block} (candidates of the block, d). */
    Matrix block(int block);

    /** The candidate that is this vocabulary row, or -1. */
    int indexOf(int row);

    /** Every candidate's score counts so many times in the normaliser. */
    float alpha();

    /** Whether each target is itself among the candidates, as it is in full cross-entropy. */
    boolean includeTargets();

    /** Full cross-entropy: every row of the table, once. */
    record All(RowTable items) implements Candidates {
        @Override
        public int size() {
            return items.rows();
        }

        @Override
        public int blockSize() {
            return RowTable.CHUNK_ROWS;
        }

        @Override
        public Matrix block(int block) {
            return items.chunk(block);
        }

        @Override
        public int indexOf(int row) {
            return row;
        }

        @Override
        public float alpha() {
            return 1f;
        }

        @Override
        public boolean includeTargets() {
            return true;
        }
    }

    /** A sample that all targets of a batch share. A target that was drawn is not held against itself. */
    final class Shared implements Candidates {
        private final Matrix vectors; // (K, d)
        private final int size;
        private final float alpha;
        private final int[] slotOfRow;

        /**
         * @param vectors the sample's vectors, gathered (size, d)
         * @param slotOfRow for each vocabulary row the candidate that it is, or {@code size} or more, or -1
         */
        public Shared(Matrix vectors, int size, float alpha, int[] slotOfRow) {
            this.vectors = vectors;
            this.size = size;
            this.alpha = alpha;
            this.slotOfRow = slotOfRow;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public int blockSize() {
            return Integer.MAX_VALUE;
        }

        @Override
        public Matrix block(int block) {
            return vectors;
        }

        @Override
        public int indexOf(int row) {
            int slot = slotOfRow[row];
            return slot < size ? slot : -1;
        }

        @Override
        public float alpha() {
            return alpha;
        }

        @Override
        public boolean includeTargets() {
            return false;
        }
    }
}
