package io.freshet.lab.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;

/**
 * Result of a benchmark: medians over its iterations.
 *
 * @param kernel class, method and parameters
 * @param nanos time of a call
 * @param rate GFLOP/s or GB/s
 * @param unit unit of the rate
 * @param limit the machine's limit at the same time, in the same unit
 * @param share median of the iterations' quotients of rate and limit
 */
record Measurement(String kernel, double nanos, double rate, String unit, double limit, double share) {
    static final String HEADER =
            String.format(Locale.ROOT, "%-52s %12s %9s %8s %16s %6s", "kernel", "time", "rate", "", "limit", "share");

    static Measurement of(RunResult result) {
        List<IterationResult> iterations = result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .toList();
        boolean arithmetic = iterations.getFirst().getSecondaryResults().containsKey(SgemmLimit.FLOPS);
        String work = arithmetic ? SgemmLimit.FLOPS : CopyLimit.BYTES;
        String limit = arithmetic ? SgemmLimit.SGEMM : CopyLimit.COPY;
        return new Measurement(
                name(result.getParams()),
                median(iterations, Measurement::nanos),
                median(iterations, each -> counter(each, work) / nanos(each)),
                arithmetic ? "GFLOP/s" : "GB/s",
                median(iterations, each -> counter(each, limit)),
                median(iterations, each -> counter(each, work) / nanos(each) / counter(each, limit)));
    }

    private static double nanos(IterationResult iteration) {
        return iteration.getPrimaryResult().getScore();
    }

    private static double counter(IterationResult iteration, String name) {
        return Objects.requireNonNull(iteration.getSecondaryResults().get(name), name)
                .getScore();
    }

    private static double median(List<IterationResult> iterations, ToDoubleFunction<IterationResult> value) {
        double[] sorted = iterations.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1
                ? sorted[middle]
                : Arrays.stream(sorted, middle - 1, middle + 1).average().orElseThrow();
    }

    /** Returns the name of a kernel, such as {@code LayerNorm.forward}, and its parameters if there are any. */
    private static String name(BenchmarkParams params) {
        String[] parts = params.getBenchmark().split("\\.", -1);
        String kernel = parts[parts.length - 2].replace("Benchmark", "") + "." + parts[parts.length - 1];
        return params.getParamsKeys().stream()
                .map(key -> key + " " + params.getParam(key).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ", kernel + " ", ""));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%-52s %9.2f us %9.1f %-8s %4s %11.1f %5.0f%%",
                kernel,
                nanos / 1e3,
                rate,
                unit,
                unit.equals("GB/s") ? "copy" : "sgemm",
                limit,
                100 * share);
    }
}
