package io.freshet.lab.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Speed of training, and the machine's speed at the same time on the same number of threads. Rates are medians over
 * the rounds after the warm-up.
 *
 * @param candidates number of candidates that the loss ranks for each target
 * @param targetsPerSecond targets learned per second
 * @param flopsPerSecond floating-point operations of training per second, as {@code TrainingBenchmark.flops} counts
 *     them
 * @param sgemmFlopsPerSecond speed of OpenBLAS at 1024³ with its fastest core type, measured alternating with the
 *     training
 * @param fmaFlopsPerSecond speed of fused multiply-adds in registers, measured alternating with the training
 * @param secondsToFullSpeed time from the start of training to the end of the first round that reached nine tenths of
 *     the measured rounds' median share of sgemm
 * @param scratchBytes memory outside the heap, without the model's weights and the optimiser's two moments of each
 */
public record TrainingSpeed(
        long candidates,
        double targetsPerSecond,
        double flopsPerSecond,
        double sgemmFlopsPerSecond,
        double fmaFlopsPerSecond,
        double secondsToFullSpeed,
        long scratchBytes) {
    private static final double FULL = .9;

    /**
     * A stretch of training, and the machine's speed around it.
     *
     * @param endSeconds time since the start of training
     */
    record Round(
            double endSeconds,
            double targetsPerSecond,
            double flopsPerSecond,
            double sgemmFlopsPerSecond,
            double fmaFlopsPerSecond) {
        double share() {
            return flopsPerSecond / sgemmFlopsPerSecond;
        }
    }

    /** Returns the training's useful operations as a share of those of OpenBLAS: the quotient of the two medians. */
    public double shareOfSgemm() {
        return flopsPerSecond / sgemmFlopsPerSecond;
    }

    /**
     * Returns the training's useful operations as a share of the peak rate of the Vector API: the quotient of the two
     * medians.
     */
    public double shareOfFma() {
        return flopsPerSecond / fmaFlopsPerSecond;
    }

    /**
     * Computes the medians.
     *
     * @param warmRounds number of rounds, the last ones, that count
     */
    static TrainingSpeed of(long candidates, List<Round> rounds, int warmRounds, long scratchBytes) {
        List<Round> warm = rounds.subList(rounds.size() - warmRounds, rounds.size());
        double flops = median(warm, Round::flopsPerSecond);
        double sgemm = median(warm, Round::sgemmFlopsPerSecond);
        double share = median(warm, Round::share);
        double fullAfter = rounds.stream()
                .filter(round -> round.share() >= FULL * share)
                .mapToDouble(Round::endSeconds)
                .findFirst()
                .orElseThrow();
        return new TrainingSpeed(
                candidates,
                median(warm, Round::targetsPerSecond),
                flops,
                sgemm,
                median(warm, Round::fmaFlopsPerSecond),
                fullAfter,
                scratchBytes);
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
        double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1
                ? sorted[middle]
                : Arrays.stream(sorted, middle - 1, middle + 1).average().orElseThrow();
    }
}
