package io.freshet.app.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results of all faults as a Markdown table. */
final class FaultReport {
    private static final String HEAD = """
            | fault | what was done | clicks | recommendations | longest gap, s | until all is well, s | restarts | digest | verdict |
            | --- | --- | ---: | ---: | ---: | ---: | ---: | --- | --- |
            """;

    private final long seed;
    private final List<String> rows = new ArrayList<>();

    FaultReport(long seed) {
        this.seed = seed;
    }

    void passed(NamedFault fault, String done, FaultRun.Outcome outcome, Duration untilWell, int restarts) {
        rows.add(String.format(
                Locale.ROOT,
                "| %s | %s | %d | %d | %.1f | %.1f | %d | ok | passed |",
                fault,
                done,
                outcome.clicks(),
                outcome.recommendations(),
                outcome.longestGap().toMillis() / 1e3,
                untilWell.toMillis() / 1e3,
                restarts));
    }

    void skipped(NamedFault fault, String reason) {
        rows.add("| %s | | | | | | | | skipped: %s |".formatted(fault, inRow(reason)));
    }

    /** @param done what was done before the failure; empty if unknown */
    void failed(NamedFault fault, String done, Throwable failure) {
        rows.add("| %s | %s | | | | | | | FAILED: %s |"
                .formatted(fault, done, inRow(String.valueOf(failure.getMessage()))));
    }

    /** Returns the first line, with characters that would break a table cell replaced. */
    private static String inRow(String text) {
        return text.strip().lines().findFirst().orElse("").replace("|", "/");
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, toString());
    }

    @Override
    public String toString() {
        return "Seed " + seed + ", which `-Dfreshet.faults.seed=" + seed + "` repeats.\n\n" + HEAD
                + String.join("\n", rows) + "\n";
    }
}
