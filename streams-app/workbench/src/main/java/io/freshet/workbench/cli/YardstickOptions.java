package io.freshet.workbench.cli;

import io.freshet.app.cli.console.ProgressLine;
import io.freshet.lab.yardstick.CoreTypes;
import io.freshet.lab.yardstick.MachineRates;
import io.freshet.lab.yardstick.Yardstick;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of the machine's rates, with which a benchmark's figures are compared. Measures and prints these rates. */
final class YardstickOptions {
    /** Lines of a command's help that explain the figures that {@link #open} prints. */
    static final String SGEMM_HELP =
            "sgemm: GFLOP/s of OpenBLAS on matrices of 1024 x 1024, with the fastest of its core types for this CPU.";

    static final String FMA_HELP = "FMA: GFLOP/s of fused multiply-adds in registers, the peak of vector arithmetic.";
    static final String READ_HELP = "read: GB/s of a plain sum over 256 MB of memory.";

    @Option(
            names = "--core-types",
            paramLabel = "NAME",
            split = ",",
            description = "OpenBLAS core types to try (OPENBLAS_CORETYPE), each in a separate process; "
                    + CoreTypes.DETECTED + " is the one that OpenBLAS chooses itself, often too slow on a new CPU."
                    + " Default: " + CoreTypes.DETECTED + ", and those for recent CPUs of this architecture.")
    private @Nullable List<String> coreTypes;

    /** Returns the core types that were asked for, by default those for this architecture. */
    List<String> coreTypes() {
        return coreTypes != null ? coreTypes : CoreTypes.of(System.getProperty("os.arch"));
    }

    /**
     * Measures the machine on one thread, on all processors and on the benchmark's numbers of threads. The caller closes
     * it.
     */
    Yardstick open(Collection<Integer> threads, PrintStream out) throws IOException {
        SortedSet<Integer> all = new TreeSet<>(threads);
        all.add(1);
        all.add(Runtime.getRuntime().availableProcessors());
        ProgressLine progress = ProgressLine.on(out);
        if (!progress.canRedraw()) {
            out.println("Measuring the machine ...");
        }
        Yardstick yardstick = new Yardstick(coreTypes(), all, step -> {
            if (progress.canRedraw()) {
                progress.show("Measuring the machine: " + step);
            }
        });
        progress.clear();
        lines(yardstick.rates()).forEach(out::println);
        out.flush();
        return yardstick;
    }

    /** Returns a table with a column for each number of threads. */
    static List<String> lines(MachineRates rates) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "This machine: %d processors, vectors of %d bits; medians of 3 rounds",
                rates.processors(),
                rates.vectorBits()));
        lines.add(line("", rates.best(), best -> best.threads() + (best.threads() == 1 ? " thread" : " threads"), ""));
        rates.sgemm().stream().map(MachineRates.Sgemm::coreType).distinct().forEach(core -> {
            String unit = "GFLOP/s" + (core.equals(rates.detectedCoreType()) ? "   detected by OpenBLAS itself" : "");
            lines.add(line("sgemm, OpenBLAS as " + core, rates.best(), best -> sgemm(rates, core, best), unit));
        });
        lines.add(line("FMA, in registers", rates.best(), best -> number(best.fmaGflops()), "GFLOP/s"));
        lines.add(line("read, 256 MB", rates.best(), best -> number(best.readGigabytesPerSecond()), "GB/s"));
        rates.leftOut().forEach(out -> lines.add("  OpenBLAS as " + out.coreType() + " is left out: " + out.reason()));
        lines.add("  * the fastest; sgemm below means this one");
        return lines;
    }

    private static String sgemm(MachineRates rates, String core, MachineRates.Best best) {
        double gflops = rates.sgemm().stream()
                .filter(each -> each.coreType().equals(core) && each.threads() == best.threads())
                .mapToDouble(MachineRates.Sgemm::gflops)
                .findFirst()
                .orElseThrow();
        return (core.equals(best.sgemmCoreType()) ? "* " : "") + number(gflops);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String line(
            String what, List<MachineRates.Best> columns, Function<MachineRates.Best, String> value, String unit) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  %-34s", what));
        columns.forEach(column -> line.append(String.format(Locale.ROOT, "%12s", value.apply(column))));
        return line.append(' ').append(unit).toString().stripTrailing();
    }
}
