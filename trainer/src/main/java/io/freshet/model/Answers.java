package io.freshet.model;

/**
 * The best items after each of some histories, best first; of equal ones the lower row. Flat arrays, reused from call to
 * call; not thread-safe.
 */
public final class Answers {
    private int k;
    private int[] counts = {}; // (histories)
    private int[] rows = {}; // (histories, k)
    private float[] probabilities = {}; // (histories, k)

    /** Begins anew. */
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

    /** Takes the answer to a history, best last, which is empty afterwards. */
    void set(int history, TopRows best) {
        counts[history] = best.size();
        while (best.size() > 0) {
            int place = history * k + best.size() - 1;
            rows[place] = best.worstRow();
            probabilities[place] = (float) best.worstScore();
            best.removeWorst();
        }
    }

    /** How many items there are, fewer than were wanted only if the model has no more. */
    public int size(int history) {
        return counts[history];
    }

    public int row(int history, int place) {
        return rows[history * k + place];
    }

    /** How probably the item is next. */
    public float probability(int history, int place) {
        return probabilities[history * k + place];
    }
}
