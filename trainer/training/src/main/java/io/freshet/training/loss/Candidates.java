package io.freshet.training.loss;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Candidates that several targets share: all items of the table, or a sample of them. They are in the order of their
 * rows. Row {@code i} of the candidates' gradients belongs to candidate {@code i}. A target that is among the
 * candidates is not compared with itself.
 */
sealed interface Candidates {
    /** Returns the number of candidates. */
    int size();

    /** Returns the number of candidates in each block except the last. */
    int blockSize();

    /** Returns the vectors of block {@code block} (candidates of the block, d). */
    Matrix block(int block);

    /** Returns the first candidate that is this vocabulary row, or a negative number. */
    int indexOf(int row);

    /** Returns the vocabulary row of a candidate. */
    int rowOf(int candidate);

    /** Returns the part of the score correction that is the same for all candidates. */
    float correction();

    /** Returns each candidate's own part of the score correction (size), or an empty segment if there is none. */
    MemorySegment ownCorrections();

    /** Every row of the table. */
    record All(RowTable items, float correction) implements Candidates {
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
        public int rowOf(int candidate) {
            return candidate;
        }

        @Override
        public MemorySegment ownCorrections() {
            return MemorySegment.NULL;
        }
    }

    /** Drawn rows in ascending order, possibly with duplicates. Owns a copy of their vectors. Reusable. */
    final class Sample implements Candidates, AutoCloseable {
        private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

        private final int d;
        private FloatBlock block = FloatBlock.zeros(1);
        private Matrix vectors = Matrix.over(block.memory(), 0, 1); // (size, d)
        private MemorySegment ownCorrections = MemorySegment.NULL;
        private int[] rows = {}; // (size)
        private int size;
        private float correction;

        Sample(int d) {
            this.d = d;
        }

        /** Replaces the sample by {@code count} draws from index {@code from} on. */
        void gather(RowTable items, int[] draws, int from, int count, ScoreCorrection corrections) {
            reserve(count);
            System.arraycopy(draws, from, rows, 0, count);
            for (int i = 0; i < count; i++) {
                MemorySegment.copy(
                        items.memory(rows[i]), items.at(rows[i]), block.memory(), vectors.at(i), items.rowBytes());
            }
            correct(corrections);
        }

        private void reserve(int count) {
            if (rows.length < count) {
                block.close();
                block = FloatBlock.zeros(count * (d + 1L));
                rows = new int[count];
            }
            vectors = Matrix.over(block.memory(), 0, d);
            size = count;
        }

        private void correct(ScoreCorrection corrections) {
            if (corrections.isUniform()) {
                correction = corrections.candidate();
                ownCorrections = MemorySegment.NULL;
                return;
            }
            correction = 0f;
            ownCorrections = block.memory().asSlice(vectors.at(size), (long) size * Float.BYTES);
            for (int i = 0; i < size; i++) {
                ownCorrections.setAtIndex(FLOAT, i, corrections.ofCandidate(rows[i]));
            }
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
        public Matrix block(int index) {
            return vectors;
        }

        @Override
        public int indexOf(int row) {
            int found = Arrays.binarySearch(rows, 0, size, row);
            while (found > 0 && rows[found - 1] == row) {
                found--;
            }
            return found;
        }

        @Override
        public int rowOf(int candidate) {
            return rows[candidate];
        }

        @Override
        public float correction() {
            return correction;
        }

        @Override
        public MemorySegment ownCorrections() {
            return ownCorrections;
        }

        @Override
        public void close() {
            block.close();
        }
    }
}
