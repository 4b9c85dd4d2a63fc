package io.freshet.workbench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.cli.Freshet;
import io.freshet.model.tensor.Lanes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchScoreCommandTest {
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void shouldMeasureOneThreadAndAllWhenNothingIsSaid() {
        CommandLine.ParseResult parsed =
                Freshet.commandLine().parseArgs("bench", "score").subcommand().subcommand();
        BenchScoreCommand command = (BenchScoreCommand) parsed.commandSpec().userObject();
        assertThat(command.workers())
                .startsWith(1)
                .endsWith(Runtime.getRuntime().availableProcessors())
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldRefuseWhatCannotBeMeasured() {
        assertThat(execute("bench", "score", "--items", "10,0")).isEqualTo(2);
        assertThat(execute("bench", "score", "--queries", "65")).isEqualTo(2);
        assertThat(execute("bench", "score", "--workers", "0")).isEqualTo(2);
        assertThat(execute("bench", "score", "--top-k", "0")).isEqualTo(2);
        assertThat(execute("bench", "score", "--dim", "" + (Lanes.WIDTH + 1))).isEqualTo(2);
        assertThat(err.toString())
                .contains("--items must be positive: 0")
                .contains("--queries must be 1 to 64: 65")
                .contains("--workers must be positive: 0")
                .contains("--top-k must be positive: 0")
                .contains("--dim must be a multiple of");
    }

    @Test
    void shouldWriteARowForEachTableQueriesAndThreads() throws IOException {
        Path json = folder.resolve("bench.json");
        assertThat(execute(
                        "bench",
                        "score",
                        "--items",
                        "100,5000",
                        "--queries",
                        "1,3",
                        "--workers",
                        "1,2",
                        "--dim",
                        "" + Lanes.WIDTH,
                        "--warm-up",
                        "0s",
                        "--duration",
                        "1ms",
                        "--core-types",
                        "detected",
                        "--json",
                        json.toString()))
                .as(err.toString())
                .isZero();
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.get("clusters")).hasSize(2);
        JsonNode quality = report.get("clusters").get(1).get("quality");
        assertThat(quality.get("recall").asDouble()).isBetween(.5, 1.0);
        assertThat(quality.get("bytes").asLong()).isPositive();
        assertThat(report.get("machine").get("best").get(0).get("fma_gflops").asDouble())
                .isPositive();
        JsonNode rows = report.get("rows");
        assertThat(rows).hasSize(16);
        assertThat(rows.get(7).get("search").asText()).isEqualTo("clusters");
        assertThat(rows.get(15).get("items").asInt()).isEqualTo(5000);
        assertThat(rows.get(15).get("queries").asInt()).isEqualTo(3);
        assertThat(rows.get(15).get("workers").asInt()).isEqualTo(2);
        for (JsonNode row : rows) {
            assertThat(row.fieldNames())
                    .toIterable()
                    .containsExactly(
                            "items",
                            "search",
                            "queries",
                            "workers",
                            "queries_per_second",
                            "p50_ms",
                            "p99_ms",
                            "unit",
                            "rate",
                            "limit",
                            "limit_is",
                            "share");
            assertThat(row.get("queries_per_second").asDouble()).isPositive();
            assertThat(row.get("p99_ms").asDouble())
                    .isGreaterThanOrEqualTo(row.get("p50_ms").asDouble());
            assertThat(row.get("limit").asDouble()).isPositive();
        }
    }

    private int execute(String... arguments) {
        return Freshet.commandLine().setErr(new PrintWriter(err)).execute(arguments);
    }
}
