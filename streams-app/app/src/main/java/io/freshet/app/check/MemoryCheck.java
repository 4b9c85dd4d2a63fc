package io.freshet.app.check;

import com.sun.management.OperatingSystemMXBean;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.StreamsKeys;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Checks that the memory which the JVM's flags and the configuration allow fits the machine or container. If the limits
 * exceed it, the operating system kills the process without a message, whereas a process that reaches its own limit reports
 * which memory it lacks.
 */
record MemoryCheck(FreshetConfig config, Roles roles) implements Check {
    private static final String MEMORY = "memory";
    private static final String MAX_TENSOR_BYTES = "org.bytedeco.javacpp.maxbytes";

    /** Classes, compiled code, stacks, buffers and the garbage collector's tables, after warm-up. */
    private static final long JVM_BYTES = 288L << 20;

    @Override
    public void run(Consumer<Finding> found) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            found.accept(compare(
                    Runtime.getRuntime().maxMemory(),
                    tensors(System.getProperty(MAX_TENSOR_BYTES, "")),
                    system.getTotalMemorySize()));
        }
    }

    /** Compares the sum of the limits with the memory that exists. */
    Finding compare(long heap, long tensors, long there) {
        long cache = roles.streams() ? config.get(StreamsKeys.ROCKSDB_CACHE_BYTES) : 0;
        long all = heap + tensors + cache + JVM_BYTES;
        String sum = String.format(
                Locale.ROOT,
                "heap %s, tensors %s, RocksDB %s and the JVM's own %s are %s of %s",
                size(heap),
                size(tensors),
                size(cache),
                size(JVM_BYTES),
                size(all),
                size(there));
        return all <= there
                ? Finding.ok(MEMORY, sum)
                : Finding.problem(
                        MEMORY,
                        "limits must fit into the total memory: " + sum,
                        "give the container more memory, or lower the limits in FRESHET_JAVA_OPTS: -Xmx for the heap,"
                                + " -D" + MAX_TENSOR_BYTES + " for tensors");
    }

    /** Parses the property as JavaCPP does: a number and a unit. Returns the heap limit if there is no such value. */
    static long tensors(String property) {
        if (!property.matches("[0-9]+[kKmMgGtT]?[bB]?")) {
            return Runtime.getRuntime().maxMemory();
        }
        long number = Long.parseLong(property.replaceAll("[^0-9]", ""));
        return switch (property.replaceAll("[0-9bB]", "").toLowerCase(Locale.ROOT)) {
            case "k" -> number << 10;
            case "m" -> number << 20;
            case "g" -> number << 30;
            case "t" -> number << 40;
            default -> number;
        };
    }

    private static String size(long bytes) {
        return String.format(Locale.ROOT, "%,.1f GB", bytes / 1e9);
    }
}
