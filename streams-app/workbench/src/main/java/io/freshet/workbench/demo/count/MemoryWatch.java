package io.freshet.workbench.demo.count;

import io.freshet.model.tensor.FloatBlock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Samples the memory use of the process every ten seconds and keeps the newest samples. Used by one thread. */
public final class MemoryWatch {
    private static final long INTERVAL_SECONDS = 10;
    private static final int KEPT = 2_000;
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";
    private static final int KILOBYTE = 1_024;

    private final LongSupplier rocksDbBytes;
    private final LongSupplier lagClicks;
    private final Deque<MemoryUse> samples = new ArrayDeque<>();
    private long leastHeap = Long.MAX_VALUE;
    private long nextSeconds = INTERVAL_SECONDS;

    public MemoryWatch(LongSupplier rocksDbBytes, LongSupplier lagClicks) {
        this.rocksDbBytes = rocksDbBytes;
        this.lagClicks = lagClicks;
    }

    /**
     * Observes the heap, and takes a sample if one is due. Call it often, so that some observation follows a
     * collection.
     */
    public void look(Duration elapsed) {
        leastHeap = Math.min(
                leastHeap,
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        if (elapsed.toSeconds() >= nextSeconds) {
            nextSeconds = elapsed.toSeconds() + INTERVAL_SECONDS;
            samples.addLast(new MemoryUse(
                    elapsed.toSeconds(),
                    leastHeap,
                    rocksDbBytes.getAsLong(),
                    FloatBlock.openBytes(),
                    residentBytes(),
                    lagClicks.getAsLong()));
            leastHeap = Long.MAX_VALUE;
            if (samples.size() > KEPT) {
                samples.removeFirst();
            }
        }
    }

    /** Returns the samples, oldest first. */
    public List<MemoryUse> samples() {
        return List.copyOf(samples);
    }

    private static @Nullable Long residentBytes() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(RESIDENT))
                    .findFirst()
                    .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * KILOBYTE)
                    .orElse(null);
        } catch (IOException e) {
            return null; // not Linux
        }
    }
}
