package io.freshet.offline;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How fast training runs, and how fast the machine multiplies matrices meanwhile. Medians over the rounds after the
 * warm-up.
 *
 * @param candidates what each target is held against
 * @param targetsPerSecond targets learned
 * @param flopsPerSecond of {@link StepFlops}
 * @param sgemmFlopsPerSecond OpenBLAS at 1024³ on the same number of threads, measured in turns with the training
 * @param shareOfSgemm median of the rounds' quotients
 * @param secondsToFullSpeed from the start of training until the end of the first round that reached nine tenths of the
 *     final share
 * @param scratchBytes memory outside the heap beyond the model's weights and the optimiser's two moments of each
 */
public record TrainingSpeed(
        long candidates,
        double targetsPerSecond,
        double flopsPerSecond,
        double sgemmFlopsPerSecond,
        double shareOfSgemm,
        double secondsToFullSpeed,
        long scratchBytes) {
    private static final double FULL = .9;

    /**
     * A stretch of training and one of products.
     *
     * @param endSeconds since the start of training
     */
    record Round(double endSeconds, double targetsPerSecond, double flopsPerSecond, double sgemmFlopsPerSecond) {
        double share() {
            return flopsPerSecond / sgemmFlopsPerSecond;
        }
    }

    /**
     * What the rounds come to.
     *
     * @param warmRounds how many, the last ones, count
     */
    static TrainingSpeed of(long candidates, List<Round> rounds, int warmRounds, long scratchBytes) {
        List<Round> warm = rounds.subList(rounds.size() - warmRounds, rounds.size());
        double share = median(warm, Round::share);
        double fullAfter = rounds.stream()
                .filter(round -> round.share() >= FULL * share)
                .mapToDouble(Round::endSeconds)
                .findFirst()
                .orElseThrow();
        return new TrainingSpeed(
                candidates,
                median(warm, Round::targetsPerSecond),
                median(warm, Round::flopsPerSecond),
                median(warm, Round::sgemmFlopsPerSecond),
                share,
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
