package io.freshet.model.search;

/**
 * Answers to a batch of histories: for each history, the most probable items, best first; of items with equal
 * probability, the lower row comes first. Stored in flat arrays that are reused from call to call; not thread-safe.
 */
public final class TopKResults {
    private int k;
    private int[] counts = {}; // (histories)
    private int[] rows = {}; // (histories, k)
    private float[] probabilities = {}; // (histories, k)

    /** Prepares for the answers to {@code histories} histories, of at most {@code wanted} items each. */
    void begin(int histories, int wanted) {
        k = wanted;
        if (counts.length < histories) {
            counts = new int[histories];
        }
        if (rows.length < histories * k) {
            rows = new int[histories * k];
            probabilities = new float[histories * k];
        }
    }

    /** Stores the answer to a history, and empties {@code best}. */
    void set(int history, TopRows best) {
        counts[history] = best.size();
        while (best.size() > 0) {
            int place = history * k + best.size() - 1;
            rows[place] = best.worstRow();
            probabilities[place] = (float) best.worstScore();
            best.removeWorst();
        }
    }

    /**
     * Returns the number of items in the answer to a history; fewer than wanted only if no more items may be
     * answered.
     */
    public int size(int history) {
        return counts[history];
    }

    /** Returns the vocabulary row of the item at a place, 0 for the best item. */
    public int row(int history, int place) {
        return rows[history * k + place];
    }

    /** Returns the probability that the item is next. */
    public float probability(int history, int place) {
        return probabilities[history * k + place];
    }
}
