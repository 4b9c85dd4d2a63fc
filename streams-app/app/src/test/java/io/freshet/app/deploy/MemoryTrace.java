package io.freshet.app.deploy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Samples of the resident memory of one instance's process. */
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

    /** Returns the mean of the last quarter over that of the third quarter; by then the start no longer matters. */
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

    /** Returns up to ten values in MB. */
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
