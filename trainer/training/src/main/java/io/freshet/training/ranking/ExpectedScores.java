package io.freshet.training.ranking;

import io.freshet.model.cooccurrence.CooccurrenceScores;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * The network's scores of the rows that the memory expects after each history of a tile, and, once normalised, their
 * probabilities. The rows of a history are in the order of {@link CooccurrenceScores}, followed by the target. Owns
 * its memory; an instance is used by one thread.
 */
final class ExpectedScores implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final int[] starts = new int[QueryTile.QUERIES + 1]; // (queries + 1), multiples of Lanes.WIDTH
    private FloatBlock block = FloatBlock.zeros(2L * Lanes.WIDTH);
    private MemorySegment scores = block.memory(); // (starts[queries])
    private MemorySegment probabilities = block.memory(); // (starts[queries])
    private final PanelRows rows = new PanelRows();

    /** Makes room for the histories of a tile whose targets have been scored. */
    void begin(QueryTile tile, CooccurrenceScores expectations, int first, int panels) {
        rows.clear();
        for (int i = 0; i < tile.queries(); i++) {
            int expected = expectations.end(first + i) - expectations.start(first + i);
            starts[i + 1] = starts[i] + Lanes.roundUp(expected + 1);
        }
        reserve(starts[tile.queries()]);
        for (int i = 0; i < tile.queries(); i++) {
            int expected = expectations.end(first + i) - expectations.start(first + i);
            scores.setAtIndex(FLOAT, starts[i] + expected, tile.targetScore(i));
            for (int number = 0; number < expected; number++) {
                rows.add(i, number, expectations.row(expectations.start(first + i) + number));
            }
        }
        rows.sort(panels);
    }

    private void reserve(int floats) {
        if (block.length() < 2L * floats) {
            block.close();
            block = FloatBlock.zeros(3L * floats);
        }
        long bytes = (long) floats * Float.BYTES;
        scores = block.memory().asSlice(0, bytes);
        probabilities = block.memory().asSlice(bytes, bytes);
    }

    /** Copies the scores of the expected rows that lie in the tile's panel. */
    void pick(QueryTile tile) {
        for (int place = rows.start(tile.panel()); place < rows.start(tile.panel() + 1); place++) {
            int query = rows.query(place);
            scores.setAtIndex(FLOAT, starts[query] + rows.number(place), tile.score(query, rows.row(place)));
        }
    }

    /** Computes probabilities from a history's scores, all with the same kernel, so that equal scores stay equal. */
    void normalize(int query, float scale, double logNormalizer) {
        float shift = (float) logNormalizer;
        for (int i = starts[query]; i < starts[query + 1]; i += Lanes.COUNT) {
            FloatVector score = Lanes.load(scores, (long) i * Float.BYTES);
            Lanes.store(Lanes.exp(score.mul(scale).sub(shift)), probabilities, (long) i * Float.BYTES);
        }
    }

    /**
     * Returns the score of the {@code number}-th row that the memory expects, or of the target if {@code number} is the
     * number of those rows.
     */
    float score(int query, int number) {
        return scores.getAtIndex(FLOAT, starts[query] + number);
    }

    /** Returns the probability of the same row as {@link #score} in the network's distribution. */
    float probability(int query, int number) {
        return probabilities.getAtIndex(FLOAT, starts[query] + number);
    }

    @Override
    public void close() {
        block.close();
    }
}
