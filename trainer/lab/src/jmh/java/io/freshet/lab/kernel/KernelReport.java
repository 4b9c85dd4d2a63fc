package io.freshet.lab.kernel;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks, each in its own JVMs, and prints a line for each as it ends: the time of a call, its rate, the
 * machine's limit in the same JVM at the same time, and the rate's share of the limit. JMH's own log is shown if a
 * benchmark fails.
 */
public final class KernelReport {
    private final PrintStream out = System.out;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final PrintStream logStream = new PrintStream(log, true, StandardCharsets.UTF_8);

    private KernelReport() {}

    /**
     * Runs {@code KernelReport [NAME]}.
     *
     * @param arguments regular expression that must match a part of a benchmark's full name; all benchmarks if there is
     *     none
     */
    public static void main(String[] arguments) throws RunnerException {
        new KernelReport().run(arguments.length == 0 ? "." : arguments[0]);
    }

    private void run(String named) throws RunnerException {
        // JMH copies the forks' output there: ND4J's banner, the JVM's warning about incubator modules.
        System.setOut(logStream);
        System.setErr(logStream);
        out.println(Measurement.HEADER);
        var format = OutputFormatFactory.createFormatInstance(logStream, VerboseMode.SILENT);
        for (BenchmarkListEntry benchmark : BenchmarkList.defaultList().find(format, List.of(named), List.of())) {
            measure(benchmark).forEach(result -> out.println(Measurement.of(result)));
        }
    }

    private Collection<RunResult> measure(BenchmarkListEntry benchmark) throws RunnerException {
        log.reset();
        try {
            return new Runner(
                            options(benchmark), OutputFormatFactory.createFormatInstance(logStream, VerboseMode.NORMAL))
                    .run();
        } catch (RunnerException e) {
            out.println(log.toString(StandardCharsets.UTF_8));
            throw e;
        }
    }

    private static Options options(BenchmarkListEntry benchmark) {
        return new OptionsBuilder()
                .include("^" + Pattern.quote(benchmark.getUsername()) + "$")
                .shouldFailOnError(true)
                .build();
    }
}
