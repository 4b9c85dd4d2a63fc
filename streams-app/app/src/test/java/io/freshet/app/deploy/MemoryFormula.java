package io.freshet.app.deploy;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.StreamsKeys;
import java.util.Locale;

/**
 * Expected and maximum memory of a role's process, in bytes: the formula of {@code k8s/README.md}.
 *
 * <p>The heap, and whatever the JVM's flags and Freshet's keys bound, is read from the deployment. The rest are constants,
 * each above the measured value.
 */
record MemoryFormula(Workload role, FreshetConfig config) {
    private static final long MIB = 1 << 20;

    /** A JVM has some forty threads here; each may use its full stack. */
    private static final int THREADS = 64;

    /** Tables of the collector: a fixed part, plus a sixteenth of the heap. */
    private static final long COLLECTOR_BYTES = 32 * MIB;

    private static final int HEAP_SHARE_OF_COLLECTOR = 16;

    /** Native libraries, the JVM's symbols and shared classes, and the allocator's overhead. */
    private static final long BASE_BYTES = 128 * MIB;

    /** Memory in use after warm-up for classes, compiled code, stacks, buffers, the collector's tables and the base. */
    private static final long WARM_BYTES = 288 * MIB;

    /** Scratch of a step or a search, and the dense parameters. */
    private static final long SCRATCH_BYTES = 16 * MIB;

    /** Heap without items: clients, users' updates in flight, the reservoir. */
    private static final long HEAP_BYTES = 256 * MIB;

    /** An item's id, its counts, and its share of the memory beside the network, with all 64 neighbours. */
    private static final long HEAP_BYTES_OF_ITEM = 1_000;

    /** A vector and Adam's two moments. */
    private static final int TABLES_OF_TRAINER = 3;

    /** A vector, and a second one while another snapshot is opened. */
    private static final int TABLES_OF_SCORER = 2;

    long heap() {
        return option("-Xmx");
    }

    long rocksDb() {
        return isStreams() ? config.get(StreamsKeys.ROCKSDB_CACHE_BYTES) : 0;
    }

    long tensors() {
        return option("-Dorg.bytedeco.javacpp.maxbytes=");
    }

    long classes() {
        return option("-XX:MaxMetaspaceSize=");
    }

    long code() {
        return option("-XX:ReservedCodeCacheSize=");
    }

    long buffers() {
        return option("-XX:MaxDirectMemorySize=");
    }

    long stacks() {
        return THREADS * option("-Xss");
    }

    long collector() {
        return COLLECTOR_BYTES + heap() / HEAP_SHARE_OF_COLLECTOR;
    }

    /** Returns the maximum memory of the process. */
    long bound() {
        return heap() + rocksDb() + tensors() + classes() + code() + buffers() + stacks() + collector() + BASE_BYTES;
    }

    /** Returns the expected memory of a warm process for this number of items. The heap is pre-touched at start. */
    long expected(long items) {
        return heap() + rocksDb() + tensorsFor(items) + WARM_BYTES;
    }

    long tensorsFor(long items) {
        int dim = config.trainer().model().encoder().dim();
        return SCRATCH_BYTES + items * dim * Float.BYTES * (isStreams() ? TABLES_OF_SCORER : TABLES_OF_TRAINER);
    }

    long heapFor(long items) {
        return HEAP_BYTES + items * HEAP_BYTES_OF_ITEM;
    }

    /** Returns the row of the table in {@code k8s/README.md}, in MiB. */
    String row() {
        return "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d |"
                .formatted(
                        role.name(),
                        heap() / MIB,
                        rocksDb() / MIB,
                        tensors() / MIB,
                        classes() / MIB,
                        code() / MIB,
                        buffers() / MIB,
                        stacks() / MIB,
                        collector() / MIB,
                        BASE_BYTES / MIB,
                        (role.memoryLimitBytes() - bound()) / MIB,
                        role.memoryLimitBytes() / MIB);
    }

    long option(String prefix) {
        String value = role.javaOptions().stream()
                .filter(option -> option.startsWith(prefix))
                .reduce((earlier, later) -> later)
                .orElseThrow(() -> new AssertionError(role.name() + " must set the option " + prefix))
                .substring(prefix.length())
                .toLowerCase(Locale.ROOT);
        long number = Long.parseLong(value.substring(0, value.length() - 1));
        return switch (value.charAt(value.length() - 1)) {
            case 'g' -> number << 30;
            case 'm' -> number << 20;
            default -> throw new AssertionError("A size must end with m or g: " + prefix + value);
        };
    }

    private boolean isStreams() {
        return role.name().endsWith("streams");
    }
}
