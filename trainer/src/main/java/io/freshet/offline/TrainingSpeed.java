package io.freshet.offline;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How fast training runs, and how fast the machine computes meanwhile, on as many threads. Rates are medians over the
 * rounds after the warm-up.
 *
 * @param candidates how many candidates the loss ranks for each target
 * @param targetsPerSecond targets learned
 * @param flopsPerSecond of {@link StepFlops}
 * @param sgemmFlopsPerSecond OpenBLAS at 1024³ as its fastest core type, measured in turns with the training
 * @param fmaFlopsPerSecond fused multiply-adds in registers, measured in turns with the training
 * @param secondsToFullSpeed from the start of training until the end of the first round that reached nine tenths of the
 *     measured rounds' median share of sgemm
 * @param scratchBytes memory outside the heap beyond the model's weights and the optimiser's two moments of each
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
     * A stretch of training, and the machine's rates around it.
     *
     * @param endSeconds since the start of training
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

    /** The useful operations as a share of those of OpenBLAS: the quotient of the two medians. */
    public double shareOfSgemm() {
        return flopsPerSecond / sgemmFlopsPerSecond;
    }

    /** The useful operations as a share of the most that the Vector API reaches: the quotient of the two medians. */
    public double shareOfFma() {
        return flopsPerSecond / fmaFlopsPerSecond;
    }

    /**
     * Takes medians.
     *
     * @param warmRounds how many of the rounds, the last ones, count
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
