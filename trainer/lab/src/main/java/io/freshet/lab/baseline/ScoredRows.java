package io.freshet.lab.baseline;

import java.util.Arrays;

/**
 * Positive scores of some rows. All other observed rows rank behind them, by popularity. Reused from ranking to ranking, so
 * that a ranking takes time linear in the number of rows with a score. Not thread-safe.
 */
final class ScoredRows {
    private double[] scores = new double[0]; // by row, zero if the row has no score
    private int[] rows = new int[16]; // rows whose score is not zero
    private int size;

    /** Adds to the score of a row. A sum of whole numbers below 2^53 is exact. */
    void add(int row, double score) {
        if (row >= scores.length) {
            scores = Arrays.copyOf(scores, Math.max(row + 1, 2 * scores.length));
        }
        if (scores[row] == 0) {
            if (score == 0) {
                return;
            }
            if (size == rows.length) {
                rows = Arrays.copyOf(rows, 2 * size);
            }
            rows[size++] = row;
        }
        scores[row] += score;
    }

    /** Returns the score of a row; 0 if it has none. */
    double score(int row) {
        return row < scores.length ? scores[row] : 0;
    }

    /** Returns the ranks of a target that was observed. */
    Ranks rank(int target, int[] seen, WindowedPopularity popularity) {
        double score = score(target);
        if (score > 0) {
            int rank = 0;
            for (int i = 0; i < size; i++) {
                rank += scores[rows[i]] >= score ? 1 : 0;
            }
            return Ranks.of(rank, target, seen, row -> score(row) >= score);
        }
        int count = popularity.count(target);
        int rank = size + popularity.itemsWithAtLeast(count);
        for (int i = 0; i < size; i++) {
            rank -= popularity.count(rows[i]) >= count ? 1 : 0;
        }
        return Ranks.of(rank, target, seen, row -> score(row) > 0 || popularity.count(row) >= count);
    }

    /** Removes all scores. */
    void clear() {
        for (int i = 0; i < size; i++) {
            scores[rows[i]] = 0;
        }
        size = 0;
    }
}
