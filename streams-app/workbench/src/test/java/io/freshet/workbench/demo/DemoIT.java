package io.freshet.workbench.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.app.feed.ClickGenerator;
import io.freshet.app.feed.GeneratorConfig;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.click.MalformedClickException;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import io.freshet.testkit.process.FreshetProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts, stops and kills the program as a user does. */
class DemoIT {
    private static final int CLICKS = 1_600;
    private static final int DUPLICATES = 16;
    private static final int MALFORMED = 4;
    private static final int FAST = 200; // clicks a second

    /** Clicks a second that leave enough clicks for the next start, even on a busy machine. */
    private static final int SLOW = 40;

    private static final int SHOWN_WARNINGS = 100;
    private static final Duration LONGEST_RUN = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    private Path clicks;
    private long users;
    private int port;

    @BeforeEach
    void writeClicks() throws IOException, MalformedClickException {
        clicks = folder.resolve("clicks.csv");
        ClickGenerator generator = new ClickGenerator(
                new GeneratorConfig(1, 200, 120, false), InstantSource.fixed(Instant.ofEpochMilli(1_700_000_000_000L)));
        List<String> rows = new ArrayList<>();
        List<String> seenUsers = new ArrayList<>();
        for (int i = 0; i < CLICKS; i++) {
            Click click = ClickCodec.parse(generator.next().value());
            // Every tenth click is late, by less than its user's window.
            long timestampMs = click.timestampMs() + 1_000L * (i % 10 == 9 ? i - 5 : i);
            rows.add("%s,%s,%d,%s".formatted(click.userId(), click.itemId(), timestampMs, click.eventId()));
            seenUsers.add(click.userId());
            if (i % 100 == 50) {
                rows.add(rows.getLast()); // a producer's retry
            }
            if (i % 400 == 399) {
                rows.add(i % 800 == 399 ? "half a row" : "u,i,at noon,e" + i);
            }
        }
        users = seenUsers.stream().distinct().count();
        Files.writeString(clicks, "user,item,time,event_id\n" + String.join("\n", rows) + "\n");
    }

    @Test
    void shouldAccountForEveryClickWhenAFileIsReplayed() throws Exception {
        Path json = folder.resolve("out.json");
        try (FreshetProcess demo = start(folder.resolve("state"), json, FAST)) {
            awaitSuccess(demo);
        }
        assertAllAccountedFor(FreshetProcess.summary(json));
    }

    @Test
    void shouldEndWithTheSameCountsWhenItWasKilledOnTheWay() throws Exception {
        Path state = folder.resolve("state");
        Path json = folder.resolve("out.json");
        for (int kill = 0; kill < 2; kill++) {
            try (FreshetProcess demo = start(state, json, SLOW)) {
                awaitLearning(demo);
                demo.kill();
            }
            assertThat(json).doesNotExist();
        }
        try (FreshetProcess demo = start(state, json, FAST)) {
            awaitSuccess(demo);
        }
        assertAllAccountedFor(FreshetProcess.summary(json));
    }

    @Test
    void shouldWriteTheSummaryAndGoOnLaterWhenItIsAskedToEnd() throws Exception {
        Path state = folder.resolve("state");
        Path json = folder.resolve("out.json");
        try (FreshetProcess demo = start(state, json, SLOW)) {
            awaitLearning(demo);
            demo.terminate();
            demo.await(Duration.ofSeconds(60)); // 5 s on a quiet machine; tests do not check timings
        }
        JsonNode stopped = FreshetProcess.summary(json);
        assertThat(stopped.at("/clicks/accepted").asLong()).isPositive();
        assertThat(stopped.at("/training/snapshots").asLong()).isPositive();
        try (FreshetProcess demo = start(state, json, FAST)) {
            awaitSuccess(demo);
        }
        assertAllAccountedFor(FreshetProcess.summary(json));
    }

    @Test
    void shouldSayThatThePortIsTakenAndEnd() throws Exception {
        Path output = folder.resolve("output.txt");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                FreshetProcess demo = FreshetProcess.start(
                        output,
                        "demo",
                        "--state",
                        folder.resolve("state").toString(),
                        "--set",
                        "http.port=" + taken.getLocalPort())) {
            assertThat(demo.await(LONGEST_RUN)).isNotZero();
        }
        assertThat(Files.readString(output)).contains("http.port=").doesNotContain("IllegalThreadStateException");
    }

    /** Waits until the demo has accepted clicks since its start, and has learned from some. */
    private void awaitLearning(FreshetProcess demo) {
        Asker asker = Asker.at(port);
        await().atMost(LONGEST_RUN)
                .ignoreExceptions()
                .failFast("the demo must still run", () -> !demo.isAlive())
                .until(() -> asker.metric("freshet_clicks_accepted_total") > 0
                        && asker.metric("freshet_trainer_steps_total") > 0);
    }

    /** Waits for the demo to end with exit code 0. If it does not, the error shows the warnings of its log file. */
    private void awaitSuccess(FreshetProcess demo) throws IOException, InterruptedException {
        try {
            demo.awaitSuccess(LONGEST_RUN);
        } catch (AssertionError e) {
            List<String> warnings = Files.readAllLines(folder.resolve("state").resolve("freshet.log")).stream()
                    .filter(line -> line.contains(" WARN ") || line.contains(" ERROR ") || line.startsWith("Caused by"))
                    .toList();
            int shown = Math.min(warnings.size(), SHOWN_WARNINGS);
            throw new AssertionError(
                    e.getMessage() + "\n"
                            + String.join("\n", warnings.subList(warnings.size() - shown, warnings.size())),
                    e);
        }
    }

    private FreshetProcess start(Path state, Path json, int clicksPerSecond) throws IOException {
        port = ListenerPorts.free();
        return FreshetProcess.start(
                folder.resolve("output.txt"),
                "demo",
                "--clicks",
                clicks.toString(),
                "--until-end",
                "--rate",
                String.valueOf(clicksPerSecond),
                "--warm-up",
                "0",
                "--json",
                json.toString(),
                "--state",
                state.toString(),
                "--set",
                "model.dim=32",
                "--set",
                "http.port=" + port);
    }

    private void assertAllAccountedFor(JsonNode summary) {
        assertThat(summary.at("/clicks/read").asLong()).isEqualTo(CLICKS + DUPLICATES);
        assertThat(summary.at("/clicks/accepted").asLong()).isEqualTo(CLICKS);
        assertThat(summary.at("/clicks/duplicates").asLong()).isEqualTo(DUPLICATES);
        assertThat(summary.at("/clicks/too_late").asLong()).isZero();
        assertThat(summary.at("/clicks/dead_letters").asLong()).isZero();
        JsonNode leftOut = summary.at("/input/left_out");
        assertThat(leftOut.at("/wrong-width/rows").asLong()
                        + leftOut.at("/unreadable-time/rows").asLong())
                .isEqualTo(MALFORMED);
        assertThat(summary.at("/training/targets").asLong()).isEqualTo(CLICKS);
        assertThat(summary.at("/recommendations").asLong()).isEqualTo(CLICKS);
        assertThat(summary.at("/users").asLong()).isEqualTo(users);
        assertThat(summary.at("/prequential/events").asLong()).isBetween(CLICKS / 2L, (long) CLICKS);
    }
}
