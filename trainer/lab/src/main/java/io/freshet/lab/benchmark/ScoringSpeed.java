package io.freshet.lab.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Speed of a search for the best items, and the machine's limit at the same time with the same number of threads. Rates are
 * medians over rounds.
 *
 * @param queriesPerSecond queries answered per second
 * @param p50Ms median time of a call, which answers the whole batch, in milliseconds
 * @param p99Ms 99th percentile of the time of a call, in milliseconds
 * @param rate bytes of the table read per second for a single query, floating-point operations of the products per second
 *     for a batch
 * @param limit the machine's limit in the same unit: a plain sum over the table, or OpenBLAS at 1024³ with its fastest core
 *     type, measured in alternation
 */
public record ScoringSpeed(double queriesPerSecond, double p50Ms, double p99Ms, double rate, double limit) {
    /**
     * A round of calls, and the machine's limit measured around it.
     *
     * @param nanos (calls) time of each call
     * @param limit bytes or floating-point operations per second
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Round(long[] nanos, double limit) {
        double callsPerSecond() {
            return nanos.length * 1e9 / Arrays.stream(nanos).sum();
        }
    }

    /** Returns the rate as a share of the limit: the quotient of the two medians. */
    public double share() {
        return rate / limit;
    }

    /**
     * Returns the medians over rounds.
     *
     * @param queries number of queries in a call
     * @param work bytes or floating-point operations of a call
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

    /** Returns the least value that is not exceeded by at least the given share of the values. */
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
