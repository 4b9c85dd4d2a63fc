package io.freshet.model.cooccurrence;

import java.util.Arrays;

/**
 * The items that a memory expects after each history of a batch. The network's part is left open: the probability of
 * item v after history q is
 *
 * <pre>
 * p(v) = networkShare(q) · softmax(scale · s)(v) + mass(v)
 * </pre>
 *
 * <p>where the mass is zero except for the rows at the places {@code [start(q), end(q))}. The items of the history are
 * among these rows, unless the memory is empty, and have factors, by which their probabilities are multiplied if repeats are
 * weighed ({@link RepeatFactors}). Stored in flat arrays that are reused from batch to batch. Not thread-safe, but many
 * threads may read it once it is filled.
 */
public final class CooccurrenceScores {
    /** Target of a history whose next item is unknown. */
    public static final int NO_TARGET = -1;

    private static final int NO_REPEAT = -1;

    private int size;
    private int[] ends = new int[128]; // (histories)
    private double[] networkShares = new double[128]; // (histories)
    private int[] contexts = new int[128]; // (histories)
    private int[] components = new int[128]; // (histories) sets of components that have a prediction
    private double[] targetProbabilities = new double[128 * Component.COUNT]; // (histories, components) except NETWORK
    private double[] targetMasses = new double[128]; // (histories)
    private int[] targetPlaces = new int[128]; // (histories); -1 for none

    private int[] rows = new int[4096]; // (ends[size - 1])
    private double[] masses = new double[4096]; // (ends[size - 1])
    private int[] traits = new int[4096]; // (ends[size - 1]) of items of the history; NO_REPEAT for others
    private double[] factors = new double[4096]; // (ends[size - 1]) of items of the history; 1 for others
    private int[] lastPlace = new int[0]; // by row: the place where it was last put in rows

    private final SimilarSessions similar = new SimilarSessions();
    private int target;

    /** Removes all histories. */
    public void clear() {
        size = 0;
    }

    /** Returns the number of histories. */
    public int size() {
        return size;
    }

    /** Returns the first place of a history's rows. */
    public int start(int history) {
        return history == 0 ? 0 : ends[history - 1];
    }

    /** Returns the place after the last of a history's rows. */
    public int end(int history) {
        return ends[history];
    }

    /** Returns the vocabulary row at a place. */
    public int row(int place) {
        return rows[place];
    }

    /** Returns the probability that the memory contributes to the row at this place. */
    public double mass(int place) {
        return masses[place];
    }

    /** Returns whether the row at a place is an item of the history. */
    public boolean isRepeat(int place) {
        return traits[place] != NO_REPEAT;
    }

    /** Returns the factor of the probability of the row at a place if repeats are weighed; 1 if it is not a repeat. */
    public double repeatFactor(int place) {
        return factors[place];
    }

    /** Returns the factor of the history's target. */
    public double targetFactor(int history) {
        return targetPlaces[history] < 0 ? 1 : factors[targetPlaces[history]];
    }

    /** Returns the weight of the network's distribution after this history. */
    public double networkShare(int history) {
        return networkShares[history];
    }

    /** Returns the mass of the history's target; 0 if the memory does not expect it. */
    public double targetMass(int history) {
        return targetMasses[history];
    }

    /** Returns the place of a row among those of a history, by a linear search; -1 if its mass is zero. */
    public int placeOf(int history, int row) {
        for (int place = start(history); place < ends[history]; place++) {
            if (rows[place] == row) {
                return place;
            }
        }
        return -1;
    }

    /**
     * Returns the target's rank by the memory alone. Ties count against the target.
     *
     * @param candidates number of rows, from row 0, among which the target is ranked
     * @param masked rows that are left out of the ranking, each at most once; must not contain the target
     */
    public int rank(int history, int candidates, int[] masked) {
        double mass = targetMasses[history];
        if (mass == 0) {
            return candidates - masked.length;
        }
        int rank = 0;
        for (int place = start(history); place < ends[history]; place++) {
            rank += masses[place] >= mass && !contains(masked, 0, masked.length, rows[place]) ? 1 : 0;
        }
        return rank;
    }

    /** Returns whether a row is among {@code among[from, to)}. */
    static boolean contains(int[] among, int from, int to, int row) {
        for (int position = from; position < to; position++) {
            if (among[position] == row) {
                return true;
            }
        }
        return false;
    }

    int targetPlace(int history) {
        return targetPlaces[history];
    }

    int traits(int place) {
        return traits[place];
    }

    int context(int history) {
        return contexts[history];
    }

    int components(int history) {
        return components[history];
    }

    /** Copies the probability that each component except the network gave the target. */
    void targetProbabilities(int history, double[] to) {
        System.arraycopy(targetProbabilities, history * Component.COUNT, to, 0, Component.COUNT);
    }

    /** Begins a history. */
    void begin(int context, int present, double networkShare, int targetRow) {
        reserveHistory();
        ends[size] = start(size);
        contexts[size] = context;
        components[size] = present;
        networkShares[size] = networkShare;
        Arrays.fill(targetProbabilities, size * Component.COUNT, (size + 1) * Component.COUNT, 0);
        target = targetRow;
    }

    /** Adds the probability that a component gives a row to the current history. */
    void add(Component component, double share, int row, double probability) {
        int place = placeFor(row); // must come first: it may replace the arrays
        masses[place] += share * probability;
        if (row == target) {
            targetProbabilities[size * Component.COUNT + component.place()] += probability;
        }
    }

    /** Returns the arrays in which similar sessions are searched for. */
    SimilarSessions similar() {
        return similar;
    }

    /** Returns the first place of the current history. */
    int openStart() {
        return start(size);
    }

    /** Returns the place after the last of the current history. */
    int openEnd() {
        return ends[size];
    }

    /**
     * Counts a click of the current history on a row. The count is in the place of the traits until {@link #setRepeat}.
     *
     * @return number of clicks on the row so far; 0 if no component expects the row
     */
    int countClick(int row) {
        int place = knownPlace(row);
        if (place < 0) {
            return 0;
        }
        traits[place] = Math.max(traits[place], 0) + 1;
        return traits[place];
    }

    /** Returns the number of clicks that were counted on a row of the current history. */
    int clicksOn(int row) {
        int place = knownPlace(row);
        return place < 0 ? 0 : traits[place];
    }

    int clicksAt(int place) {
        return traits[place];
    }

    /** Sets the traits, at least 0, and the factor of an item of the current history. */
    void setRepeat(int place, int packedTraits, double factor) {
        traits[place] = packedTraits;
        factors[place] = factor;
    }

    /** Ends the current history. */
    void end() {
        int place = target == NO_TARGET ? -1 : knownPlace(target);
        targetPlaces[size] = place;
        targetMasses[size] = place < 0 ? 0 : masses[place];
        size++;
    }

    private int placeFor(int row) {
        int known = knownPlace(row);
        if (known >= 0) {
            return known;
        }
        int end = ends[size];
        if (end == rows.length) {
            rows = Arrays.copyOf(rows, 2 * end);
            masses = Arrays.copyOf(masses, 2 * end);
            traits = Arrays.copyOf(traits, 2 * end);
            factors = Arrays.copyOf(factors, 2 * end);
        }
        rows[end] = row;
        masses[end] = 0;
        traits[end] = NO_REPEAT;
        factors[end] = 1;
        if (row >= lastPlace.length) {
            lastPlace = Arrays.copyOf(lastPlace, Math.max(row + 1, 2 * lastPlace.length));
        }
        lastPlace[row] = end;
        ends[size] = end + 1;
        return end;
    }

    /**
     * Returns the row's place in the current history, or -1. An entry of {@code lastPlace} counts only if the list of
     * rows confirms it, so that the array needs no clearing (Briggs and Torczon, "An Efficient Representation for
     * Sparse Sets", 1993).
     */
    private int knownPlace(int row) {
        int place = row < lastPlace.length ? lastPlace[row] : -1;
        return place >= start(size) && place < ends[size] && rows[place] == row ? place : -1;
    }

    private void reserveHistory() {
        if (size == ends.length) {
            int capacity = 2 * size;
            ends = Arrays.copyOf(ends, capacity);
            networkShares = Arrays.copyOf(networkShares, capacity);
            contexts = Arrays.copyOf(contexts, capacity);
            components = Arrays.copyOf(components, capacity);
            targetProbabilities = Arrays.copyOf(targetProbabilities, capacity * Component.COUNT);
            targetMasses = Arrays.copyOf(targetMasses, capacity);
            targetPlaces = Arrays.copyOf(targetPlaces, capacity);
        }
    }
}
