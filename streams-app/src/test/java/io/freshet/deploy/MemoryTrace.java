package io.freshet.deploy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The memory of one instance, sample by sample: what of its process is resident. */
final class MemoryTrace {
    private static final String RESIDENT = "awk '/^VmRSS/ { print $2 }' /proc/1/status";

    private final DeployedFreshet.Instance instance;
    private final List<Long> bytes = new ArrayList<>();

    MemoryTrace(DeployedFreshet.Instance instance) {
        this.instance = instance;
    }

    DeployedFreshet.Instance instance() {
        return instance;
    }

    void sample() throws IOException, InterruptedException {
        bytes.add(Long.parseLong(instance.container().shell(RESIDENT)) << 10);
    }

    long most() {
        return bytes.stream().mapToLong(Long::longValue).max().orElseThrow();
    }

    long last() {
        return bytes.getLast();
    }

    /** The mean of the last quarter over that of the third one, which the start is too far away from to matter. */
    double growth() {
        int quarter = bytes.size() / 4;
        return mean(3 * quarter, bytes.size()) / mean(2 * quarter, 3 * quarter);
    }

    private double mean(int from, int to) {
        return bytes.subList(from, to).stream()
                .mapToLong(Long::longValue)
                .average()
                .orElseThrow();
    }

    /** In MB, ten values at most. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        int step = Math.max(1, bytes.size() / 10);
        for (int i = 0; i < bytes.size(); i += step) {
            text.append(String.format(Locale.ROOT, "%d ", bytes.get(i) / 1_000_000));
        }
        return text.toString().strip();
    }
}
