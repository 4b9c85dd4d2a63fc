package io.freshet.app.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three brokers and the roles in separate processes, a continuous flow of clicks, and one fault after the other. After each
 * fault the same must hold: every accepted click is in its user's sequence once and has one recommendation; each record of
 * the sequences is learned from once; and the last snapshot is byte-identical to that of an undisturbed replay.
 *
 * <p>{@code mvn verify -Pfaults} runs this test only. {@code -Dfreshet.faults} selects faults by comma-separated names, or
 * {@code ci}; {@code -Dfreshet.faults.seed} repeats the timing of a run.
 */
final class FaultsIT {
    private static final Logger LOG = LoggerFactory.getLogger(FaultsIT.class);
    private static final long SEED = Long.getLong("freshet.faults.seed", new Random().nextInt(1_000_000));
    private static final Path FILE = Path.of("target", "faults-report.txt");
    private static final FaultReport REPORT = new FaultReport(SEED);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    static List<NamedFault> faults() {
        LOG.info("Faults at moments of seed {}", SEED);
        return NamedFault.chosen(System.getProperty("freshet.faults", "all"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void shouldLoseAndRepeatNothingWhen(NamedFault named) throws Exception {
        String done = "";
        try {
            Fault fault = named.fault();
            fault.assumePossible();
            // Each fault has its own random seed, so that it can be repeated without the others.
            Random random = new Random(SEED + named.toString().hashCode());
            try (FaultRun run = FaultRun.start(folder, random, fault)) {
                fault.begin(run);
                done = fault.strike(run);
                Duration untilWell = run.awaitWell();
                int restarts = run.restarts();
                LOG.info("{}: {}; well again after {}", named, done, untilWell);
                REPORT.passed(named, done, run.endAndCheck(), untilWell, restarts);
            }
        } catch (TestAbortedException e) {
            REPORT.skipped(named, String.valueOf(e.getMessage()));
            throw e;
        } catch (Throwable e) {
            LOG.error("{} failed: {}", named, done, e);
            REPORT.failed(named, done, e);
            throw e;
        }
    }

    @AfterAll
    static void report() throws IOException {
        REPORT.write(FILE);
        LOG.info("{}:\n{}", FILE.toAbsolutePath(), REPORT);
    }
}
