package io.freshet.model;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How fast the best items are found, and what the machine does at best meanwhile, on as many threads. Rates are medians
 * over rounds.
 *
 * @param queriesPerSecond answered
 * @param p50Ms median time of a call, which answers the whole batch
 * @param p99Ms likewise, of which one call in a hundred takes longer
 * @param rate bytes of the table read a second for a single query, floating-point operations of the products a second
 *     for a batch
 * @param limit the same of a plain sum over the table, or of OpenBLAS at 1024³ as its fastest core type, measured in turns
 */
public record ScoringSpeed(double queriesPerSecond, double p50Ms, double p99Ms, double rate, double limit) {
    /**
     * A stretch of calls, and what the machine does at best around it.
     *
     * @param nanos (calls) time of each
     * @param limit a second
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Round(long[] nanos, double limit) {
        double callsPerSecond() {
            return nanos.length * 1e9 / Arrays.stream(nanos).sum();
        }
    }

    /** The rate as a share of the limit: the quotient of the two medians. */
    public double share() {
        return rate / limit;
    }

    /**
     * Takes medians.
     *
     * @param queries of a call
     * @param work of a call: bytes, or floating-point operations
     */
    static ScoringSpeed of(List<Round> rounds, int queries, double work) {
        long[] nanos = rounds.stream()
                .flatMapToLong(round -> Arrays.stream(round.nanos()))
                .sorted()
                .toArray();
        double calls = median(rounds, Round::callsPerSecond);
        return new ScoringSpeed(
                calls * queries,
                percentile(nanos, .5) / 1e6,
                percentile(nanos, .99) / 1e6,
                calls * work,
                median(rounds, Round::limit));
    }

    /** The least of the values that so many are not above. */
    private static long percentile(long[] sorted, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
        double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1
                ? sorted[middle]
                : Arrays.stream(sorted, middle - 1, middle + 1).average().orElseThrow();
    }
}
