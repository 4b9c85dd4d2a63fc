package io.freshet.tensor;

import java.util.Comparator;
import java.util.List;

/**
 * What this machine does at best, as medians of several rounds.
 *
 * @param processors that this JVM may use
 * @param vectorBits width of the Vector API's preferred shape
 * @param detectedCoreType of OpenBLAS when it is left to choose by itself; empty if that was not measured
 * @param best one entry for each number of threads
 * @param sgemm one entry for each core type of OpenBLAS and number of threads
 * @param leftOut core types that cannot be measured here
 */
public record MachineRates(
        int processors,
        int vectorBits,
        String detectedCoreType,
        List<Best> best,
        List<Sgemm> sgemm,
        List<LeftOut> leftOut) {
    /**
     * The best on so many threads.
     *
     * @param sgemmCoreType the fastest core type of OpenBLAS
     * @param sgemmGflops of that core type, on matrices of 1024 x 1024
     * @param fmaGflops fused multiply-adds in registers, two operations each
     * @param readGigabytesPerSecond plain sum over memory that no cache holds
     */
    public record Best(
            int threads, String sgemmCoreType, double sgemmGflops, double fmaGflops, double readGigabytesPerSecond) {}

    /** What OpenBLAS reaches on matrices of 1024 x 1024 with the kernels of a core type. */
    public record Sgemm(String coreType, int threads, double gflops) {}

    /** A core type that cannot be measured here, and why. */
    public record LeftOut(String coreType, String reason) {}

    /** The fastest core type on so many threads; of equally fast ones the first. */
    static Sgemm fastest(List<Sgemm> sgemm, int threads) {
        return sgemm.stream()
                .filter(each -> each.threads() == threads)
                .max(Comparator.comparingDouble(Sgemm::gflops))
                .orElseThrow(
                        () -> new IllegalArgumentException("a core type must have been measured: threads=" + threads));
    }

    /**
     * What was measured on so many threads.
     *
     * @throws IllegalArgumentException if nothing was
     */
    public Best best(int threads) {
        return best.stream()
                .filter(each -> each.threads() == threads)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("the machine must have been measured: threads=" + threads));
    }
}
