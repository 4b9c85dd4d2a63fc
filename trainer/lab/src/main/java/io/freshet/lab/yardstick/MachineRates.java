package io.freshet.lab.yardstick;

import java.util.Comparator;
import java.util.List;

/**
 * Peak rates of this machine, as medians of several rounds.
 *
 * @param processors number of processors that this JVM may use
 * @param vectorBits width of the vectors that the kernels use
 * @param detectedCoreType the core type that OpenBLAS detects by itself; empty if that was not measured
 * @param best one entry for each number of threads
 * @param sgemm one entry for each core type of OpenBLAS and number of threads
 * @param leftOut core types that cannot be measured on this machine
 */
public record MachineRates(
        int processors,
        int vectorBits,
        String detectedCoreType,
        List<Best> best,
        List<Sgemm> sgemm,
        List<SkippedCoreType> leftOut) {
    /**
     * Peak rates on {@code threads} threads.
     *
     * @param sgemmCoreType the fastest core type of OpenBLAS
     * @param sgemmGflops rate of that core type on matrices of 1024 x 1024
     * @param fmaGflops rate of fused multiply-adds in registers, two operations each
     * @param readGigabytesPerSecond rate of a plain sum over memory that no cache holds
     */
    public record Best(
            int threads, String sgemmCoreType, double sgemmGflops, double fmaGflops, double readGigabytesPerSecond) {}

    /** Rate of OpenBLAS on matrices of 1024 x 1024 with the kernels of a core type. */
    public record Sgemm(String coreType, int threads, double gflops) {}

    /** A core type that cannot be measured on this machine, and the reason. */
    public record SkippedCoreType(String coreType, String reason) {}

    /** Returns the fastest core type on {@code threads} threads, or the first of several that are equally fast. */
    static Sgemm fastest(List<Sgemm> sgemm, int threads) {
        return sgemm.stream()
                .filter(each -> each.threads() == threads)
                .max(Comparator.comparingDouble(Sgemm::gflops))
                .orElseThrow(
                        () -> new IllegalArgumentException("a core type must have been measured: threads=" + threads));
    }

    /**
     * Returns the peak rates on {@code threads} threads.
     *
     * @throws IllegalArgumentException if nothing was measured on so many threads
     */
    public Best best(int threads) {
        return best.stream()
                .filter(each -> each.threads() == threads)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("the machine must have been measured: threads=" + threads));
    }
}
