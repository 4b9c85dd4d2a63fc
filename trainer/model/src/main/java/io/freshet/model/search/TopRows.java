package io.freshet.model.search;

/**
 * The best k of the rows offered: a heap with the worst at its root. Of rows with equal scores, the lower row is better.
 */
public final class TopRows {
    private int[] rows = {}; // (k)
    private double[] scores = {}; // (k)
    private int k;
    private int size;

    /** Removes all rows. From now on the best {@code wanted} rows are kept. */
    public void clear(int wanted) {
        if (rows.length < wanted) {
            rows = new int[wanted];
            scores = new double[wanted];
        }
        k = wanted;
        size = 0;
    }

    public int size() {
        return size;
    }

    /**
     * Returns the lowest float score that may still be accepted, so that callers can skip worse rows early. Infinite only
     * if no rows are wanted.
     */
    float floor() {
        if (size < k) {
            return -Float.MAX_VALUE;
        }
        return k == 0 ? Float.POSITIVE_INFINITY : (float) scores[0];
    }

    /** Adds a row if it is good enough. */
    void offer(int row, double score) {
        if (size < k) {
            rows[size] = row;
            scores[size] = score;
            up(size++);
        } else if (k > 0 && (score > scores[0] || (score == scores[0] && row < rows[0]))) {
            rows[0] = row;
            scores[0] = score;
            down();
        }
    }

    /** Offers all rows of another instance, which is empty afterwards. */
    void takeFrom(TopRows other) {
        while (other.size > 0) {
            offer(other.worstRow(), other.worstScore());
            other.removeWorst();
        }
    }

    /** Returns the worst row held. */
    public int worstRow() {
        return rows[0];
    }

    double worstScore() {
        return scores[0];
    }

    /** Removes the worst row. */
    public void removeWorst() {
        size--;
        rows[0] = rows[size];
        scores[0] = scores[size];
        down();
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

    private void down() {
        int parent = 0;
        while (2 * parent + 1 < size) {
            int child = 2 * parent + 1;
            if (child + 1 < size && worse(child + 1, child)) {
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
        return scores[a] < scores[b] || (scores[a] == scores[b] && rows[a] > rows[b]);
    }

    private void swap(int a, int b) {
        int row = rows[a];
        rows[a] = rows[b];
        rows[b] = row;
        double score = scores[a];
        scores[a] = scores[b];
        scores[b] = score;
    }
}
