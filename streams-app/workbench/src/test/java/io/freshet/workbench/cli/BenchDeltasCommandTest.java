package io.freshet.workbench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.cli.Freshet;
import io.freshet.model.tensor.Lanes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchDeltasCommandTest {
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void shouldCompareWhatBothScorersAnsweredToTheShopsClicks() throws IOException {
        Path json = folder.resolve("deltas.json");

        assertThat(execute(
                        "bench",
                        "deltas",
                        "--quiet",
                        "--count",
                        "2000",
                        "--items",
                        "200",
                        "--users",
                        "100",
                        "--set",
                        "model.dim=" + Lanes.WIDTH,
                        "--set",
                        "online.publish.bytes.per.second=3000",
                        "--json",
                        json.toString()))
                .as(err.toString())
                .isZero();

        JsonNode report = new ObjectMapper().readTree(json.toFile());
        JsonNode exact = report.get("exact");
        JsonNode limited = report.get("limited");
        assertThat(exact.get("clicks").asLong()).isEqualTo(2_000);
        assertThat(limited.get("learner")).as("the same learner").isEqualTo(exact.get("learner"));
        assertThat(limited.get("delta_bytes").asLong())
                .isPositive()
                .isLessThan(exact.get("delta_bytes").asLong() / 2);
        assertThat(exact.get("served").get("ndcg").asDouble()).isPositive();
        double difference = limited.get("served").get("ndcg").asDouble()
                - exact.get("served").get("ndcg").asDouble();
        assertThat(report.get("ndcg_difference").asDouble()).isCloseTo(difference, within(1e-6));
        assertThat(report.get("ndcg_interval").asDouble()).isPositive();
    }

    @Test
    void shouldReadAFileOfClicks() throws IOException {
        Path clicks = folder.resolve("clicks.csv");
        Files.writeString(
                clicks,
                IntStream.range(0, 300)
                        .mapToObj(i -> "u" + i % 7 + ",i" + i % 11 + "," + (1_700_000_000L + i))
                        .collect(Collectors.joining("\n", "user,item,time\n", "\n")));

        assertThat(execute(
                        "bench",
                        "deltas",
                        "--quiet",
                        "--clicks",
                        clicks.toString(),
                        "--set",
                        "model.dim=" + Lanes.WIDTH,
                        "--json",
                        folder.resolve("out.json").toString()))
                .as(err.toString())
                .isZero();

        JsonNode report = new ObjectMapper().readTree(folder.resolve("out.json").toFile());
        assertThat(report.get("limited").get("clicks").asLong()).isEqualTo(300);
    }

    @Test
    void shouldRefuseWhenThereIsNothingToCompare() {
        assertThat(execute("bench", "deltas", "--set", "online.publish.bytes.per.second=0"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("online.publish.bytes.per.second must be positive");
        assertThat(execute("bench", "deltas", "--rate", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--rate and --count must be positive");
    }

    private int execute(String... arguments) {
        return Freshet.commandLine().setErr(new PrintWriter(err)).execute(arguments);
    }
}
