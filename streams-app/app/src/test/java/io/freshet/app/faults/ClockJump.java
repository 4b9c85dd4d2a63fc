package io.freshet.app.faults;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The wall clock of both roles jumps forward by hours, then back, then to the right time, by libfaketime. The monotonic
 * clock is unaffected.
 */
final class ClockJump implements Fault {
    private static final Duration LENGTH = Duration.ofSeconds(15);
    private static final List<String> JUMPS = List.of("+3h", "-5h", "+0");

    @Override
    public void assumePossible() {
        assumeTrue(library() != null, "no libfaketime.so.1 below /usr/lib: apt-get install faketime");
    }

    private static @Nullable Path library() {
        try (Stream<Path> files = Files.find(
                Path.of("/usr/lib"), 4, (file, _) -> file.endsWith(Path.of("faketime", "libfaketime.so.1")))) {
            return files.findFirst().orElse(null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void begin(FaultRun run) throws Exception {
        set(run, "+0");
        run.setEnvironment(Map.of(
                "LD_PRELOAD",
                String.valueOf(library()),
                "FAKETIME_TIMESTAMP_FILE",
                clock(run).toString(),
                "FAKETIME_NO_CACHE",
                "1",
                "DONT_FAKE_MONOTONIC",
                "1",
                // Otherwise each wait in the JVM returns at once, and each thread takes a processor.
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0"));
        Fault.super.begin(run);
    }

    @Override
    public String strike(FaultRun run) throws Exception {
        for (String jump : JUMPS) {
            set(run, jump);
            Thread.sleep(LENGTH);
        }
        return "wall clock of both roles at " + String.join(", then ", JUMPS) + ", " + LENGTH.toSeconds() + " s each";
    }

    private static Path clock(FaultRun run) {
        return run.folder().resolve("clock.txt");
    }

    /** Sets the offset atomically: a reader sees the old time or the new one. */
    private static void set(FaultRun run, String offset) throws IOException {
        Path next = run.folder().resolve("clock-next.txt");
        Files.writeString(next, offset + "\n");
        Files.move(next, clock(run), StandardCopyOption.ATOMIC_MOVE);
    }
}
