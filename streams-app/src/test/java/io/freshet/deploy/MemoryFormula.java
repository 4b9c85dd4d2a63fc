package io.freshet.deploy;

import io.freshet.config.FreshetConfig;
import java.util.Locale;

/**
 * What a role's process takes, and what it can take at most: the formula of {@code k8s/README.md}. Bytes.
 *
 * <p>Heap, and what the JVM's flags and Freshet's keys bound, is read from the deployment; the rest are constants, each
 * above what was measured.
 */
record MemoryFormula(Workload role, FreshetConfig config) {
    private static final long MIB = 1 << 20;

    /** A JVM has some forty threads here; each may use its stack. */
    private static final int THREADS = 64;

    /** The collector's tables: a fixed part, and a sixteenth of the heap. */
    private static final long COLLECTOR_BYTES = 32 * MIB;

    private static final int HEAP_SHARE_OF_COLLECTOR = 16;

    /** Native libraries, the JVM's symbols and shared classes, the allocator's own. */
    private static final long BASE_BYTES = 128 * MIB;

    /** What of classes, compiled code, stacks, buffers, the collector's tables and the base is in use once all is warm. */
    private static final long WARM_BYTES = 288 * MIB;

    /** Scratch of a step or a search, and the dense parameters. */
    private static final long SCRATCH_BYTES = 16 * MIB;

    /** Heap without items: clients, users' updates on their way, the reservoir. */
    private static final long HEAP_BYTES = 256 * MIB;

    /** An item's id, counts, and its share of the memory beside the network, with all 64 neighbours. */
    private static final long HEAP_BYTES_OF_ITEM = 1_000;

    /** A vector and Adam's two moments. */
    private static final int TABLES_OF_TRAINER = 3;

    /** A vector, and a second one while another snapshot is opened. */
    private static final int TABLES_OF_SCORER = 2;

    long heap() {
        return option("-Xmx");
    }

    long rocksDb() {
        return isStreams() ? config.streams().rocksDbCacheBytes() : 0;
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

    /** The most that the process can take. */
    long bound() {
        return heap() + rocksDb() + tensors() + classes() + code() + buffers() + stacks() + collector() + BASE_BYTES;
    }

    /** What the process takes when it is warm and the model has so many items. The heap is touched at start. */
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

    /** The row of the table in {@code k8s/README.md}, in MiB. */
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
