package io.freshet.lab.benchmark;

/**
 * Accuracy of a search in clusters, compared with the exact search, and cost of the clusters.
 *
 * @param recall share of the exact best items that the search finds
 * @param rowsShare mean share of the table's rows that the search scores
 * @param wholeShare share of the queries for which the whole table was scanned
 * @param scoreError mean relative error of a probability, caused by the estimate of the normaliser
 * @param worstScoreError largest relative error of a probability
 * @param buildSeconds time to build the clusters on one thread, in seconds
 * @param bytes memory of the clusters in bytes, without the item table
 * @param followMicros time to bring the clusters up to date with one changed row, in microseconds
 */
public record IvfQuality(
        double recall,
        double rowsShare,
        double wholeShare,
        double scoreError,
        double worstScoreError,
        double buildSeconds,
        long bytes,
        double followMicros) {}
