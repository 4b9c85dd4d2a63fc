package io.freshet.model;

/**
 * What a search in clusters is worth, beside the exact one, and what the clusters cost.
 *
 * @param recall how many of the exact best are found
 * @param rowsShare rows that are looked at, of all
 * @param wholeShare queries for which the whole table was scanned
 * @param scoreError by how much a score is off, of itself: the mean, because of the normaliser's estimate
 * @param worstScoreError the largest
 * @param buildSeconds on one thread
 * @param bytes of the clusters, beside the table
 * @param followMicros to bring the clusters up to a row that has changed
 */
public record ClusterQuality(
        double recall,
        double rowsShare,
        double wholeShare,
        double scoreError,
        double worstScoreError,
        double buildSeconds,
        long bytes,
        double followMicros) {}
