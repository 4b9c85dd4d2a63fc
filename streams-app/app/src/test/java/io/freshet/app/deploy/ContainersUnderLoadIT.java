package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.app.deploy.DeployedFreshet.Instance;
import io.freshet.service.config.FreshetConfig;
import io.freshet.testkit.broker.Docker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two instances of the streams role and a trainer in containers, sized as in {@code k8s/base}, under load: first
 * undisturbed, then with each restarted. The profile {@code containers10m} runs the long form, with a thousand clicks a
 * second.
 */
@Tag("image")
final class ContainersUnderLoadIT {
    private static final String IMAGE = System.getProperty("freshet.image", "");
    private static final int CLICKS_PER_SECOND = Integer.getInteger("freshet.load.rate", 50);
    private static final int STEADY_SECONDS = Integer.getInteger("freshet.load.seconds", 10);
    private static final int SECONDS_THAT_TELL = 300;

    /** Size to which the generator's catalogue grows. */
    private static final long ITEMS = 4_000;

    private static final double MOST_GROWTH = 1.05;
    private static final Duration SAMPLE_INTERVAL = Duration.ofSeconds(2);
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final Path REPORT = Path.of("target", "load-report.txt");

    @Test
    void shouldStayWithinLimitsAndLoseNothingWhenEachIsRestarted() throws Exception {
        assumeTrue(!IMAGE.isEmpty(), "no image is named: -Dfreshet.image");
        Docker.require();
        Files.deleteIfExists(REPORT);
        try (DeployedFreshet freshet = new DeployedFreshet(IMAGE, CLICKS_PER_SECOND)) {
            freshet.start();
            freshet.feed();
            freshet.awaitReady();
            FreshetConfig config = FreshetConfig.of(Map.of("kafka.bootstrap.servers", freshet.bootstrapServers()));
            try (ClickAccounts accounts = new ClickAccounts(config)) {
                leaveAlone(freshet, accounts);
                for (Instance instance : freshet.instances()) {
                    freshet.restart(instance);
                    accounts.readOn();
                }
                freshet.stopFeeding();
                assertEachClickCountsOnce(accounts);
            }
            for (Instance instance : freshet.instances()) {
                assertThat(instance.container().state().getOOMKilled()).isFalse();
            }
        }
    }

    private static void leaveAlone(DeployedFreshet freshet, ClickAccounts accounts) throws Exception {
        List<MemoryTrace> traces =
                freshet.instances().stream().map(MemoryTrace::new).toList();
        long end = System.nanoTime() + Duration.ofSeconds(STEADY_SECONDS).toNanos();
        while (System.nanoTime() < end) {
            for (MemoryTrace trace : traces) {
                trace.sample();
            }
            accounts.readOn();
            Thread.sleep(SAMPLE_INTERVAL);
        }
        for (MemoryTrace trace : traces) {
            long expected = trace.instance().memory().expected(ITEMS);
            long limit = trace.instance().memory().role().memoryLimitBytes();
            report("%s: MB resident %s, at most %d; by the formula %d, limit %d"
                    .formatted(
                            trace.instance().name(),
                            trace,
                            megabytes(trace.most()),
                            megabytes(expected),
                            megabytes(limit)));
            assertThat(trace.most()).isLessThan(limit);
            if (STEADY_SECONDS >= SECONDS_THAT_TELL) {
                assertThat((double) trace.last())
                        .as("by the formula")
                        .isCloseTo((double) expected, withinPercentage(20.0));
                assertThat(trace.growth())
                        .as("%s %s", trace.instance().name(), trace)
                        .isLessThan(MOST_GROWTH);
            }
        }
    }

    private static long megabytes(long bytes) {
        return bytes / 1_000_000;
    }

    private static void assertEachClickCountsOnce(ClickAccounts accounts) throws IOException {
        long clicks = accounts.clicks();
        await().atMost(TIMEOUT).pollInterval(SAMPLE_INTERVAL).untilAsserted(() -> {
            accounts.readOn();
            assertThat(accounts.answered()).isEqualTo(clicks);
            assertThat(accounts.learned()).isEqualTo(clicks);
        });
        assertThat(accounts.doubled()).isZero();
        assertThat(accounts.overlaps()).isZero();
        report("%d clicks, each answered and learned from once, over a restart of every instance".formatted(clicks));
    }

    private static void report(String line) throws IOException {
        Files.writeString(REPORT, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
