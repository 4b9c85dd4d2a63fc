package io.freshet.model;

import io.freshet.encoder.SasRec;
import io.freshet.encoder.SequenceBatch;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.Rows;
import java.lang.foreign.MemorySegment;

/**
 * Scores every item for one history and keeps the best: exact maximum inner product by one pass over the item table.
 *
 * <p>Owns its scratch: one instance a thread.
 */
public final class Scorer implements AutoCloseable {
    private final SasRec encoder;
    private final SequenceBatch history;
    private int[] topRows = {}; // (k), a heap with the worst at the root
    private float[] topScores = {}; // (k)
    private int found;

    public Scorer(ModelConfig config) {
        int length = config.encoder().maxLength();
        this.encoder = new SasRec(config.encoder(), Products.forThisCpu(), length);
        this.history = new SequenceBatch(length);
    }

    /**
     * The best items after a history, best first; of equal scores the lower row.
     *
     * @param historyRows the history's rows, oldest first; at least one
     * @param excludedRows rows that must not be answered, in any order
     * @param k how many are wanted
     * @param rows receives the rows (k)
     * @param scores receives their scores (k)
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
            float[] scores) {
        if (k < 1) {
            throw new IllegalArgumentException("k must be positive: k=" + k);
        }
        history.clear();
        history.addHistory(historyRows, 0, historyLength);
        Matrix hidden = encoder.forward(history, 0, 1, model.items(), model.dense());
        reserve(k);
        scan(model.items(), hidden.memory(), hidden.at(history.tokens() - 1), k, excludedRows, excludedLength);
        return drain(rows, scores);
    }

    private void reserve(int k) {
        if (topRows.length < k) {
            topRows = new int[k];
            topScores = new float[k];
        }
        found = 0;
    }

    private void scan(RowTable items, MemorySegment query, long queryAt, int k, int[] excluded, int excludedLength) {
        for (int chunk = 0; chunk < items.chunkCount(); chunk++) {
            Matrix vectors = items.chunk(chunk);
            int rows = items.rowsOfChunk(chunk);
            for (int i = 0; i < rows; i++) {
                float score = Rows.dot(vectors.memory(), vectors.at(i), query, queryAt, items.dim());
                if (found < k || score > topScores[0]) {
                    offer(chunk * RowTable.CHUNK_ROWS + i, score, k, excluded, excludedLength);
                }
            }
        }
    }

    private void offer(int row, float score, int k, int[] excluded, int excludedLength) {
        for (int i = 0; i < excludedLength; i++) {
            if (excluded[i] == row) {
                return;
            }
        }
        if (found < k) {
            topRows[found] = row;
            topScores[found] = score;
            up(found++);
        } else {
            topRows[0] = row;
            topScores[0] = score;
            down(0);
        }
    }

    private void up(int from) {
        int child = from;
        while (child > 0) {
            int parent = (child - 1) / 2;
            if (!worse(child, parent)) {
                return;
            }
            swap(child, parent);
            child = parent;
        }
    }

    private void down(int from) {
        int parent = from;
        while (2 * parent + 1 < found) {
            int child = 2 * parent + 1;
            if (child + 1 < found && worse(child + 1, child)) {
                child++;
            }
            if (!worse(child, parent)) {
                return;
            }
            swap(child, parent);
            parent = child;
        }
    }

    private boolean worse(int a, int b) {
        return topScores[a] < topScores[b] || (topScores[a] == topScores[b] && topRows[a] > topRows[b]);
    }

    private void swap(int a, int b) {
        int row = topRows[a];
        topRows[a] = topRows[b];
        topRows[b] = row;
        float score = topScores[a];
        topScores[a] = topScores[b];
        topScores[b] = score;
    }

    /** Takes the worst off the heap again and again, into the last free place. */
    private int drain(int[] rows, float[] scores) {
        int count = found;
        while (found > 0) {
            found--;
            rows[found] = topRows[0];
            scores[found] = topScores[0];
            topRows[0] = topRows[found];
            topScores[0] = topScores[found];
            down(0);
        }
        return count;
    }

    @Override
    public void close() {
        encoder.close();
    }
}
