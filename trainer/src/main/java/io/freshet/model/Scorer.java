package io.freshet.model;

import io.freshet.encoder.SasRec;
import io.freshet.encoder.SequenceBatch;
import io.freshet.memory.Expectations;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Answers one history with the items that are most probably next, by one pass over the item table: the network's best
 * among those that the memory does not expect, and all that it expects, are weighed against each other by the mixture of
 * both. Exact but for rounding.
 *
 * <p>Owns its scratch: one instance a thread.
 */
public final class Scorer implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final SasRec encoder;
    private final SequenceBatch history;
    private final Expectations expectations = new Expectations();
    private final TopRows networkBest = new TopRows();
    private final TopRows best = new TopRows();
    private final FloatBlock block = FloatBlock.zeros(RowTable.CHUNK_ROWS);
    private final MemorySegment scores = block.memory(); // (CHUNK_ROWS): of the chunk at hand
    private float[] expectedScores = new float[64]; // (rows that the memory expects)
    private int[] passedOver = new int[64]; // (excluded and expected rows), ascending
    private int passedOverLength;

    private double normalizer; // Σ exp(scale · s - largest)
    private float largest; // scale · s of the best so far

    public Scorer(ModelConfig config) {
        int length = config.encoder().maxLength();
        this.encoder = new SasRec(config.encoder(), Products.forThisCpu(), length);
        this.history = new SequenceBatch(length);
    }

    /**
     * The best items after a history, best first; of equal ones the lower row.
     *
     * @param historyRows the history's rows, oldest first; at least one
     * @param excludedRows rows that must not be answered, in any order
     * @param k how many are wanted
     * @param rows receives the rows (k)
     * @param probabilities receives how probably each is next (k)
     * @return how many there are, less than {@code k} only if the model has no more
     */
    public int topK(
            RecommenderModel model,
            int[] historyRows,
            int historyLength,
            int[] excludedRows,
            int excludedLength,
            int k,
            int[] rows,
            float[] probabilities) {
        if (k < 1) {
            throw new IllegalArgumentException("k must be positive: k=" + k);
        }
        history.clear();
        history.addHistory(historyRows, 0, historyLength);
        Matrix hidden = encoder.forward(history, 0, 1, model.items(), model.dense());
        expectations.clear();
        model.memory().expect(historyRows, 0, historyLength, Expectations.NO_TARGET, expectations);
        passOver(excludedRows, excludedLength);
        networkBest.clear(k);
        scan(model, hidden.memory(), hidden.at(history.tokens() - 1));
        weigh(model.memory().networkScale(), k, excludedRows, excludedLength);
        return drain(rows, probabilities);
    }

    /** Lists the rows that do not belong among the network's best. */
    private void passOver(int[] excluded, int excludedLength) {
        int expected = expectations.end(0);
        if (passedOver.length < excludedLength + expected) {
            passedOver = new int[2 * (excludedLength + expected)];
        }
        System.arraycopy(excluded, 0, passedOver, 0, excludedLength);
        for (int place = 0; place < expected; place++) {
            passedOver[excludedLength + place] = expectations.row(place);
        }
        passedOverLength = excludedLength + expected;
        Arrays.sort(passedOver, 0, passedOverLength);
        if (expectedScores.length < expected) {
            expectedScores = new float[2 * expected];
        }
    }

    private void scan(RecommenderModel model, MemorySegment query, long queryAt) {
        RowTable items = model.items();
        float scale = model.memory().networkScale();
        normalizer = 0;
        largest = Float.NEGATIVE_INFINITY;
        for (int chunk = 0; chunk < items.chunkCount(); chunk++) {
            Matrix vectors = items.chunk(chunk);
            int rows = items.rowsOfChunk(chunk);
            int first = chunk * RowTable.CHUNK_ROWS;
            for (int i = 0; i < rows; i++) {
                boolean gap = items.gaps().get(first + i);
                float score = gap
                        ? QueryTile.NOTHING
                        : Rows.dot(vectors.memory(), vectors.at(i), query, queryAt, items.dim());
                scores.setAtIndex(FLOAT, i, score);
                if (!gap && networkBest.admits(score) && !isPassedOver(first + i)) {
                    networkBest.offer(first + i, score);
                }
            }
            addToNormalizer(rows, scale);
            pickExpected(first, rows);
        }
    }

    private boolean isPassedOver(int row) {
        return Arrays.binarySearch(passedOver, 0, passedOverLength, row) >= 0;
    }

    private void pickExpected(int first, int rows) {
        for (int place = 0; place < expectations.end(0); place++) {
            int row = expectations.row(place);
            if (row >= first && row < first + rows) {
                expectedScores[place] = scores.getAtIndex(FLOAT, row - first);
            }
        }
    }

    private void addToNormalizer(int rows, float scale) {
        for (int i = rows; i < Lanes.roundUp(rows); i++) {
            scores.setAtIndex(FLOAT, i, Float.NEGATIVE_INFINITY);
        }
        FloatVector max = FloatVector.broadcast(Lanes.FLOATS, largest);
        for (int i = 0; i < rows; i += Lanes.COUNT) {
            max = max.max(Lanes.load(scores, (long) i * Float.BYTES).mul(scale));
        }
        float before = largest;
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
            largest = Math.max(largest, max.lane(lane));
        }
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < rows; i += Lanes.COUNT) {
            FloatVector scaled = Lanes.load(scores, (long) i * Float.BYTES).mul(scale);
            sum = sum.add(Lanes.exp(scaled.sub(largest)));
        }
        normalizer = normalizer * StrictMath.exp((double) before - largest) + Lanes.sum(sum);
    }

    /** Weighs the network's best and what the memory expects against each other. */
    private void weigh(float scale, int k, int[] excluded, int excludedLength) {
        double logZ = largest + StrictMath.log(normalizer);
        double share = expectations.networkShare(0);
        best.clear(k);
        while (networkBest.size() > 0) {
            best.offer(networkBest.worstRow(), share * StrictMath.exp(scale * networkBest.worstScore() - logZ));
            networkBest.removeWorst();
        }
        for (int place = 0; place < expectations.end(0); place++) {
            int row = expectations.row(place);
            if (!contains(excluded, excludedLength, row)) {
                double ofNetwork = StrictMath.exp((double) scale * expectedScores[place] - logZ);
                best.offer(row, share * ofNetwork + expectations.mass(place));
            }
        }
    }

    private static boolean contains(int[] rows, int length, int row) {
        for (int i = 0; i < length; i++) {
            if (rows[i] == row) {
                return true;
            }
        }
        return false;
    }

    /** Takes the worst out again and again, into the last free place. */
    private int drain(int[] rows, float[] probabilities) {
        int count = best.size();
        while (best.size() > 0) {
            int place = best.size() - 1;
            rows[place] = best.worstRow();
            probabilities[place] = (float) best.worstScore();
            best.removeWorst();
        }
        return count;
    }

    @Override
    public void close() {
        encoder.close();
        block.close();
    }
}
