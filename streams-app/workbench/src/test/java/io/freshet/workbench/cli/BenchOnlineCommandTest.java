package io.freshet.workbench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.cli.Freshet;
import io.freshet.model.tensor.Lanes;
import io.freshet.training.config.OnlineConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchOnlineCommandTest {
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void shouldLearnAsTheTrainerDoesAndForgetAfterADayWhenNothingIsSaid() throws IOException {
        OnlineConfig config = command("bench", "online").config();
        assertThat(config.learning().itemRetention()).isEqualTo(Duration.ofDays(1));
        assertThat(config.model().encoder().dim()).isEqualTo(64);
        assertThat(config.learning().replay().capacity()).isEqualTo(50_000);
    }

    @Test
    void shouldRefuseWhenThereIsNothingToMeasure() {
        assertThat(execute("bench", "online", "--items", "1")).isEqualTo(2);
        assertThat(err.toString()).contains("items=1");
        assertThat(execute("bench", "online", "--steps", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--steps");
    }

    @Test
    void shouldWriteWhatEachPhaseCostWhenItEnds() throws IOException {
        JsonNode report = run("--set", "model.item.retention.ms=3600000");
        assertThat(report.get("arrived").get("items").asInt()).isEqualTo(300);
        assertThat(report.get("arrival").get("clicks").asLong()).isGreaterThanOrEqualTo(400);
        assertThat(report.get("arrival").get("slowest").get(0).get("thread_ms").asDouble())
                .isPositive();
        assertThat(report.get("life").get("clicks").asLong()).isEqualTo(5 * 32);
        assertThat(report.get("life").get("ranking_ms").get("median").asDouble())
                .isPositive();
        assertThat(report.get("forgetting").get("steps").asLong()).isPositive();
        assertThat(report.get("freed_rows").asInt()).isPositive();
        assertThat(report.get("ended").get("items").asInt())
                .isEqualTo(300 - report.get("freed_rows").asInt());
        assertThat(report.get("lived").get("heap_bytes").asLong()).isPositive();
    }

    @Test
    void shouldLeaveForgettingOutWhenItemsAreKeptForEver() throws IOException {
        JsonNode report = run("--set", "model.item.retention.ms=0");
        assertThat(report.get("forgetting").isNull()).isTrue();
        assertThat(report.get("freed_rows").asInt()).isZero();
    }

    private JsonNode run(String... further) throws IOException {
        Path json = folder.resolve("online.json");
        String[] usual = {
            "bench",
            "online",
            "--items",
            "300",
            "--users",
            "400",
            "--step-clicks",
            "32",
            "--steps",
            "5",
            "--set",
            "model.dim=" + Lanes.WIDTH,
            "--json",
            json.toString()
        };
        String[] all = new String[usual.length + further.length];
        System.arraycopy(usual, 0, all, 0, usual.length);
        System.arraycopy(further, 0, all, usual.length, further.length);
        assertThat(execute(all)).as(err.toString()).isZero();
        return new ObjectMapper().readTree(json.toFile());
    }

    private static BenchOnlineCommand command(String... arguments) {
        CommandLine.ParseResult parsed =
                Freshet.commandLine().parseArgs(arguments).subcommand().subcommand();
        return (BenchOnlineCommand) parsed.commandSpec().userObject();
    }

    private int execute(String... arguments) {
        return Freshet.commandLine().setErr(new PrintWriter(err)).execute(arguments);
    }
}
