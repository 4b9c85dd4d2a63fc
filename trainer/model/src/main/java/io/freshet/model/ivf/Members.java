package io.freshet.model.ivf;

import java.util.Arrays;

/** Members of the clusters: a list of rows for each cluster, in no order, and each row's place in its list. */
final class Members {
    /** Cluster of a row that was never in one, and place of a row that is in none. */
    static final int NONE = -1;

    private final int[][] rows; // (clusters, at least sizes)
    private final int[] sizes; // (clusters)
    private int[] clusters = {}; // (rows) the cluster that a row is in, or was in last
    private int[] places = {}; // (rows) place in the list; NONE if the row is in no cluster

    Members(int clusterCount) {
        rows = new int[clusterCount][];
        Arrays.fill(rows, new int[0]);
        sizes = new int[clusterCount];
    }

    /** Makes room for rows 0 to {@code count - 1}. */
    void growTo(int count) {
        int before = clusters.length;
        if (count > before) {
            int length = Math.max(count, before + before / 4);
            clusters = Arrays.copyOf(clusters, length);
            places = Arrays.copyOf(places, length);
            Arrays.fill(clusters, before, length, NONE);
            Arrays.fill(places, before, length, NONE);
        }
    }

    boolean contains(int row) {
        return row < places.length && places[row] != NONE;
    }

    /** Returns the cluster that a row is in, or was in last; {@link #NONE} if it never was in one. */
    int clusterOf(int row) {
        return clusters[row];
    }

    int size(int cluster) {
        return sizes[cluster];
    }

    /** Returns the rows of a cluster. This is the internal array; only the first {@link #size} entries are valid. */
    int[] rows(int cluster) {
        return rows[cluster];
    }

    /** Adds a row that is in no cluster. */
    void add(int row, int cluster) {
        int size = sizes[cluster];
        if (size == rows[cluster].length) {
            rows[cluster] = Arrays.copyOf(rows[cluster], Math.max(8, size + size / 4));
        }
        rows[cluster][size] = row;
        places[row] = size;
        clusters[row] = cluster;
        sizes[cluster]++;
    }

    /** Removes a row that is in a cluster. The last row of the list takes its place. */
    void remove(int row) {
        int[] list = rows[clusters[row]];
        int last = list[--sizes[clusters[row]]];
        list[places[row]] = last;
        places[last] = places[row];
        places[row] = NONE;
    }

    /** Returns the heap memory used, in bytes. */
    long bytes() {
        long lists = Arrays.stream(rows).mapToLong(list -> list.length).sum();
        return Integer.BYTES * (lists + clusters.length + places.length + sizes.length);
    }
}
