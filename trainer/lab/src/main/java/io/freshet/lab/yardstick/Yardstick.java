package io.freshet.lab.yardstick;

import io.freshet.model.tensor.Lanes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/**
 * Measures the peak rates of this machine, as a reference for the speed of training and scoring: OpenBLAS's matrix
 * product with the fastest of its core types, fused multiply-adds in registers, and memory reads.
 *
 * <p>OpenBLAS 0.3.19 detects newer CPUs as older ones and then runs slow kernels, so each core type is tried, in its
 * own process. The speed of a shared machine changes from minute to minute. The rates are therefore medians of
 * several rounds, each of which measures everything in turn. The processes of the fastest core types stay alive,
 * idle, so that {@link #sgemm} can measure again between stretches of training.
 *
 * <p>Owns processes, threads and memory. Not thread-safe.
 */
public final class Yardstick implements AutoCloseable {
    private static final int ROUNDS = 3;
    private static final Duration SGEMM = Duration.ofMillis(120);
    private static final Duration FMA = Duration.ofMillis(60);
    private static final Duration READ = Duration.ofMillis(100);
    private static final Duration READ_WARM_UP = Duration.ofMillis(500);
    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(10);
    private static final double COMPILED_READ = 1e9; // bytes a second; interpreted code reaches a tenth of it
    private static final long READ_BYTES = 256L << 20;

    private final SortedSet<Integer> threads;
    private final FmaRate fma;
    private final List<SgemmProcess> processes = new ArrayList<>();
    private final List<MachineRates.SkippedCoreType> leftOut = new ArrayList<>();
    private String detected = "";
    private final Map<Integer, SgemmProcess> fastest = new LinkedHashMap<>(); // by threads
    private final MachineRates rates;

    /**
     * Measures the machine. This takes about a second for each core type.
     *
     * @param coreTypes core types of OpenBLAS to try, see {@link CoreTypes}
     * @param threads numbers of threads to measure on
     * @param progress receives a text that describes each step, before the step begins
     * @throws IllegalStateException if none of the core types can be measured
     */
    public Yardstick(List<String> coreTypes, Collection<Integer> threads, Consumer<String> progress)
            throws IOException {
        this.threads = new TreeSet<>(threads);
        fma = new FmaRate(this.threads.last());
        try {
            for (String coreType : coreTypes) {
                progress.accept("starting OpenBLAS as " + coreType);
                start(coreType);
            }
            if (processes.isEmpty()) {
                throw new IllegalStateException("a core type of OpenBLAS must run on this machine: " + leftOut);
            }
            rates = measure(progress);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Starts a process for a core type, unless there is one already, possibly under another name. */
    private void start(String coreType) throws IOException {
        if (isStarted(coreType)) {
            return;
        }
        try {
            SgemmProcess process = SgemmProcess.start(coreType);
            if (coreType.equals(CoreTypes.DETECTED)) {
                detected = process.core();
            }
            if (isStarted(process.core())) {
                process.close();
            } else {
                processes.add(process);
            }
        } catch (CoreTypeException e) {
            leftOut.add(new MachineRates.SkippedCoreType(coreType, String.valueOf(e.getMessage())));
        }
    }

    private boolean isStarted(String coreType) {
        return processes.stream().anyMatch(each -> each.core().equalsIgnoreCase(coreType));
    }

    private MachineRates measure(Consumer<String> progress) {
        Medians medians = new Medians();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(READ_BYTES, Lanes.BYTES);
            List<ReadRate> readers = threads.stream().map(ReadRate::new).toList();
            try {
                warmUp(readers.getFirst(), memory);
                for (int round = 1; round <= ROUNDS; round++) {
                    progress.accept("round " + round + " of " + ROUNDS);
                    for (ReadRate reader : readers) {
                        medians.add("read", reader.workers(), () -> reader.measure(memory, READ));
                    }
                    for (int count : threads) {
                        medians.add("fma", count, () -> fma(count, FMA));
                        for (SgemmProcess process : processes) {
                            medians.add(process.core(), count, () -> process.measure(count, SGEMM));
                        }
                    }
                }
            } finally {
                readers.forEach(ReadRate::close);
            }
        }
        return choose(medians);
    }

    /** Reads until C2 has compiled the loop, which takes seconds on a busy machine. */
    private static void warmUp(ReadRate reader, MemorySegment memory) {
        long start = System.nanoTime();
        boolean compiled = false;
        while (System.nanoTime() - start < (compiled ? READ_WARM_UP : LONGEST_WARM_UP).toNanos()) {
            compiled = reader.measure(memory, READ) > COMPILED_READ;
        }
    }

    /** Computes the rates and ends the processes of the slower core types. */
    private MachineRates choose(Medians medians) {
        List<MachineRates.Sgemm> sgemm = new ArrayList<>();
        for (SgemmProcess process : processes) {
            threads.forEach(count ->
                    sgemm.add(new MachineRates.Sgemm(process.core(), count, medians.of(process.core(), count) / 1e9)));
        }
        List<MachineRates.Best> best = new ArrayList<>();
        for (int count : threads) {
            MachineRates.Sgemm most = MachineRates.fastest(sgemm, count);
            best.add(new MachineRates.Best(
                    count,
                    most.coreType(),
                    most.gflops(),
                    medians.of("fma", count) / 1e9,
                    medians.of("read", count) / 1e9));
            processes.stream()
                    .filter(process -> process.core().equals(most.coreType()))
                    .forEach(process -> fastest.put(count, process));
        }
        processes.stream().filter(process -> !fastest.containsValue(process)).forEach(SgemmProcess::close);
        return new MachineRates(
                Runtime.getRuntime().availableProcessors(),
                Lanes.FLOATS.vectorBitSize(),
                detected,
                best,
                sgemm,
                List.copyOf(leftOut));
    }

    /** Returns the rates that the constructor measured. */
    public MachineRates rates() {
        return rates;
    }

    /**
     * Measures and returns the floating-point operations per second of OpenBLAS, with the core type that is fastest on
     * {@code count} threads.
     */
    public double sgemm(int count, Duration atLeast) {
        SgemmProcess process = fastest.get(count);
        if (process == null) {
            throw new IllegalArgumentException(
                    "threads must be among those that were measured: threads=" + count + " measured=" + threads);
        }
        return process.measure(count, atLeast);
    }

    /**
     * Measures and returns the floating-point operations per second of fused multiply-adds in registers, on
     * {@code count} threads.
     */
    public double fma(int count, Duration atLeast) {
        return fma.measure(count, atLeast);
    }

    @Override
    public void close() {
        processes.forEach(SgemmProcess::close);
        fma.close();
    }

    /** Rates, each measured several times. */
    private static final class Medians {
        private final Map<String, List<Double>> rates = new LinkedHashMap<>();

        void add(String what, int threads, DoubleSupplier rate) {
            rates.computeIfAbsent(what + " " + threads, _ -> new ArrayList<>()).add(rate.getAsDouble());
        }

        double of(String what, int threads) {
            double[] sorted = rates.getOrDefault(what + " " + threads, List.of()).stream()
                    .mapToDouble(Double::doubleValue)
                    .sorted()
                    .toArray();
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1
                    ? sorted[middle]
                    : Arrays.stream(sorted, middle - 1, middle + 1).average().orElseThrow();
        }
    }
}
