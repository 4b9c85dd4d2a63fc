package io.freshet.deploy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The memory of one container, sample by sample: what its process holds, without files that the kernel may drop. */
final class MemoryTrace {
    private static final String OWN_MEMORY = "awk '/^RssAnon|^RssShmem/ { kb += $2 } END { print kb }' /proc/1/status";

    private final FreshetContainer instance;
    private final List<Long> bytes = new ArrayList<>();

    MemoryTrace(FreshetContainer instance) {
        this.instance = instance;
    }

    void sample() throws IOException, InterruptedException {
        bytes.add(Long.parseLong(instance.shell(OWN_MEMORY)) << 10);
    }

    long most() {
        return bytes.stream().mapToLong(Long::longValue).max().orElseThrow();
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
