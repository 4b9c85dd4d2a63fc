package io.freshet.model.cooccurrence;

import java.util.Arrays;

/**
 * Finds the sessions that share items with a history, and the items near the shared ones, as a distribution over the next
 * item. A user's own session is not among them. Shared items count more, the later they come in the history, and sessions
 * count more, the fewer clicks are newer: STAN (Garg, Gupta, Malhotra, Vig, Shroff, "Sequence and Time Aware Neighborhood for
 * Session-based Recommendations", SIGIR 2019), whose constants these are, except that age is counted in clicks:
 *
 * <pre>
 * similarity(s) = Σ<sub>shared items</sub> exp(-gap / 1.02) / (1 + newer clicks / {@value #AGE})
 * weight(v) = Σ<sub>s, clicks on v</sub> similarity(s) exp(-|distance| / 2.05)
 * </pre>
 *
 * <p>A gap is the number of clicks after the shared item in the history. A distance begins at the session's newest click on the
 * shared item with the smallest gap, and newer clicks are counted from there, too. Of each of the newest {@value #HISTORY} items
 * of the history, the {@value #CLICKS} newest clicks are looked up. All but the newest {@value #NEWEST} are only looked up until
 * {@value #NEIGHBOURS} sessions are found, because they hardly count. Of the sessions found, the {@value #NEIGHBOURS} most similar
 * ones count, with up to {@value #REACH} clicks to both sides. Holds the arrays of a search, which are reused. Not thread-safe.
 */
final class SimilarSessions {
    static final int HISTORY = 10;
    static final int NEWEST = 3;
    static final int CLICKS = 32;
    static final int NEIGHBOURS = 50;
    static final int REACH = 4;
    static final int AGE = 20_000;

    private static final double[] OF_GAP = decay(HISTORY, 1.02);
    private static final double[] OF_DISTANCE = decay(REACH + 1, 2.05);

    private static final int MOST = HISTORY * CLICKS;
    private static final int TABLE_BITS = 11;
    private static final int TABLE = 1 << TABLE_BITS; // more than twice MOST
    private static final int NO_GAP = -1;

    private final int[] table = new int[TABLE]; // by hash of the session: index of a session found plus 1; 0 for none
    private final int[] places = new int[MOST]; // of the sessions found, in the table
    private final int[] sessions = new int[MOST];
    private final int[] slots = new int[MOST]; // of the newest shared item
    private final int[] gaps = new int[MOST]; // of the shared item that was counted last
    private final double[] similarities = new double[MOST];
    private final int[] heap = new int[NEIGHBOURS]; // indices of the most similar sessions, the least similar first
    private int found;
    private int kept;

    private int[] rows = new int[256]; // (votes)
    private double[] weights = new double[256]; // (votes)
    private int votes;
    private double total; // of the weights

    private static double[] decay(int length, double constant) {
        double[] weights = new double[length];
        for (int i = 0; i < length; i++) {
            weights[i] = StrictMath.exp(-i / constant);
        }
        return weights;
    }

    /**
     * Searches for the items near those of {@code history[from, to)}.
     *
     * @param own last click of the user's own session, or {@link ClickLog#NONE}
     * @return whether there is such an item
     */
    boolean search(ClickLog log, int[] history, int from, int to, int own) {
        clear();
        int first = Math.max(from, to - HISTORY);
        for (int position = to - 1; position >= first && (position >= to - NEWEST || found < NEIGHBOURS); position--) {
            if (!CooccurrenceScores.contains(history, position + 1, to, history[position])) {
                collect(log, history[position], to - 1 - position, own);
            }
        }
        for (int i = 0; i < found; i++) {
            similarities[i] /= 1 + (double) log.newerThan(slots[i]) / AGE;
            keep(i);
        }
        for (int i = 0; i < kept; i++) {
            vote(log, heap[i]);
        }
        return votes > 0;
    }

    private void clear() {
        for (int i = 0; i < found; i++) {
            table[places[i]] = 0;
        }
        found = 0;
        kept = 0;
        votes = 0;
        total = 0;
    }

    /** Adds the sessions of an item's newest clicks, or what they now share. Newer clicks come first. */
    private void collect(ClickLog log, int row, int gap, int own) {
        int slot = log.newestOf(row);
        for (int i = 0; i < CLICKS && slot != ClickLog.NONE; i++) {
            int session = log.session(slot);
            if (own == ClickLog.NONE || session != log.session(own)) {
                int index = indexOf(session, slot);
                if (gaps[index] != gap) { // a session with several clicks on the item counts once
                    gaps[index] = gap;
                    similarities[index] += OF_GAP[gap];
                }
            }
            slot = log.olderOf(slot);
        }
    }

    private int indexOf(int session, int slot) {
        int place = (session * 0x9E3779B9) >>> (Integer.SIZE - TABLE_BITS);
        while (table[place] != 0) {
            if (sessions[table[place] - 1] == session) {
                return table[place] - 1;
            }
            place = (place + 1) & (TABLE - 1);
        }
        table[place] = found + 1;
        places[found] = place;
        sessions[found] = session;
        slots[found] = slot;
        gaps[found] = NO_GAP;
        similarities[found] = 0;
        return found++;
    }

    /** Keeps a session if it is among the most similar ones so far. Which of equally similar ones are kept depends on their order only. */
    private void keep(int index) {
        int place;
        if (kept < NEIGHBOURS) {
            place = kept++;
            while (place > 0 && similarities[heap[(place - 1) / 2]] > similarities[index]) {
                heap[place] = heap[(place - 1) / 2];
                place = (place - 1) / 2;
            }
        } else if (similarities[index] > similarities[heap[0]]) {
            place = 0;
            for (int child = 1; child < kept; child = 2 * place + 1) {
                child += child + 1 < kept && similarities[heap[child + 1]] < similarities[heap[child]] ? 1 : 0;
                if (similarities[heap[child]] >= similarities[index]) {
                    break;
                }
                heap[place] = heap[child];
                place = child;
            }
        } else {
            return;
        }
        heap[place] = index;
    }

    /** Adds the votes of a session for the items near the newest shared one, and for that one. */
    private void vote(ClickLog log, int index) {
        double similarity = similarities[index];
        int slot = slots[index];
        vote(log.row(slot), similarity);
        for (int distance = 1; distance <= REACH; distance++) {
            slot = log.beforeOf(slot);
            if (slot == ClickLog.NONE) {
                break;
            }
            vote(log.row(slot), similarity * OF_DISTANCE[distance]);
        }
        slot = slots[index];
        for (int distance = 1; distance <= REACH; distance++) {
            slot = log.afterOf(slot);
            if (slot == ClickLog.NONE) {
                break;
            }
            vote(log.row(slot), similarity * OF_DISTANCE[distance]);
        }
    }

    private void vote(int row, double weight) {
        if (row == ClickLog.FORGOTTEN) {
            return;
        }
        if (votes == rows.length) {
            rows = Arrays.copyOf(rows, 2 * votes);
            weights = Arrays.copyOf(weights, 2 * votes);
        }
        rows[votes] = row;
        weights[votes++] = weight;
        total += weight;
    }

    /** Adds the distribution that the last search has found to an open history. */
    void addTo(CooccurrenceScores into, double share) {
        for (int i = 0; i < votes; i++) {
            into.add(Component.SIMILAR, share, rows[i], weights[i] / total);
        }
    }
}
