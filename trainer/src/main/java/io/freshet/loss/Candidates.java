package io.freshet.loss;

import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The items that several targets are held against together: all that the table knows, or a sample of them. They stand in
 * the order of their rows. Candidate {@code i} has row {@code i} of the candidates' gradients. A target that is among
 * them is not held against itself.
 */
sealed interface Candidates {
    /** How many. */
    int size();

    /** The candidates come in blocks of {@link #blockSize} but the last. */
    int blockSize();

    /** The vectors of block {@code block} (candidates of the block, d). */
    Matrix block(int block);

    /** The first candidate that is this vocabulary row, or a number below 0. */
    int indexOf(int row);

    /** The vocabulary row of a candidate. */
    int rowOf(int candidate);

    /** What each candidate's score is corrected by, but for its {@link #ownCorrections own part}. */
    float correction();

    /** What each candidate's score is corrected by beside that (size), or an empty segment if there is nothing. */
    MemorySegment ownCorrections();

    /** Every row of the table, once. */
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

    /** Rows that were drawn, ascending, one perhaps several times. Owns a copy of their vectors; used again and again. */
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

        /** Takes the {@code count} draws from {@code from} on. */
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
