package io.freshet.memory;

import java.util.Arrays;

/**
 * What a memory expects after each of a batch of histories, the network's share left open: the probability of item v
 * after history q is
 *
 * <pre>
 * p(v) = networkShare(q) · softmax(scale · s)(v) + mass(v)
 * </pre>
 *
 * <p>where the mass is zero but for the rows of {@code [start(q), end(q))}. Flat arrays, reused from batch to batch; not
 * thread-safe, but may be read by many once it is filled.
 */
public final class Expectations {
    /** The target of a history whose next item nobody knows. */
    public static final int NO_TARGET = -1;

    private int size;
    private int[] ends = new int[128]; // (histories)
    private double[] networkShares = new double[128]; // (histories)
    private int[] contexts = new int[128]; // (histories)
    private int[] components = new int[128]; // (histories) sets: who has something to say
    private double[] targetProbabilities = new double[128 * Component.COUNT]; // (histories, components) but NETWORK's
    private double[] targetMasses = new double[128]; // (histories)

    private int[] rows = new int[4096]; // (ends[size - 1])
    private double[] masses = new double[4096]; // (ends[size - 1])
    private int[] lastPlace = new int[0]; // by row: where in rows it was put last

    private int target;

    public void clear() {
        size = 0;
    }

    /** Histories. */
    public int size() {
        return size;
    }

    /** The first place of a history's rows. */
    public int start(int history) {
        return history == 0 ? 0 : ends[history - 1];
    }

    /** The place behind its last. */
    public int end(int history) {
        return ends[history];
    }

    public int row(int place) {
        return rows[place];
    }

    /** Probability that the mixture has from the memory for the row at this place. */
    public double mass(int place) {
        return masses[place];
    }

    /** What the network's distribution counts for after this history. */
    public double networkShare(int history) {
        return networkShares[history];
    }

    /** The mass of the history's target; 0 if the memory does not expect it. */
    public double targetMass(int history) {
        return targetMasses[history];
    }

    /** Where a row is among those of a history, by a search through them; -1 for one whose mass is zero. */
    public int placeOf(int history, int row) {
        for (int place = start(history); place < ends[history]; place++) {
            if (rows[place] == row) {
                return place;
            }
        }
        return -1;
    }

    /**
     * The target's rank by the memory alone, ties against it.
     *
     * @param candidates how many rows, from 0, it is ranked among
     * @param masked rows that are left out, each at most once; not the target
     */
    public int rank(int history, int candidates, int[] masked) {
        double mass = targetMasses[history];
        if (mass == 0) {
            return candidates - masked.length;
        }
        int rank = 0;
        for (int place = start(history); place < ends[history]; place++) {
            rank += masses[place] >= mass ? 1 : 0;
        }
        for (int row : masked) {
            int place = placeOf(history, row);
            rank -= place >= 0 && masses[place] >= mass ? 1 : 0;
        }
        return rank;
    }

    int context(int history) {
        return contexts[history];
    }

    int components(int history) {
        return components[history];
    }

    /** Copies what each component but the network gave the target. */
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

    /** Adds to the history at hand what a component gives a row. */
    void add(Component component, double share, int row, double probability) {
        int place = placeFor(row); // first: it may move the arrays
        masses[place] += share * probability;
        if (row == target) {
            targetProbabilities[size * Component.COUNT + component.place()] += probability;
        }
    }

    /** Ends the history at hand. */
    void end() {
        int place = target == NO_TARGET ? -1 : knownPlace(target);
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
        }
        rows[end] = row;
        masses[end] = 0;
        if (row >= lastPlace.length) {
            lastPlace = Arrays.copyOf(lastPlace, Math.max(row + 1, 2 * lastPlace.length));
        }
        lastPlace[row] = end;
        ends[size] = end + 1;
        return end;
    }

    /**
     * The row's place in the history at hand, or -1. What {@code lastPlace} says counts only if it is confirmed there, so
     * that it needs no clearing (Briggs and Torczon, "An Efficient Representation for Sparse Sets", 1993).
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
        }
    }
}
