package io.freshet.workbench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.cli.Freshet;
import io.freshet.model.tensor.Lanes;
import io.freshet.training.loss.LossConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchTrainCommandTest {
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void shouldMeasureSampledAndFullLossesWhenNothingIsSaid() {
        assertThat(command("bench", "train").losses())
                .containsExactly(
                        LossConfig.scaledCrossEntropy(500),
                        LossConfig.scaledCrossEntropy(4000),
                        LossConfig.crossEntropy());
    }

    @Test
    void shouldRefuseWhenNegativesAreNoNumber() {
        assertThat(execute("bench", "train", "--negatives", "many")).isEqualTo(2);
        assertThat(err.toString()).contains("--negatives", "many");
    }

    @Test
    void shouldRefuseWhenItemsCannotBeGenerated() {
        assertThat(execute("bench", "train", "--items", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--items");
        assertThat(execute("bench", "train", "--items", "5", "--data", "clicks.csv"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("leave out --data");
    }

    @Test
    void shouldSayWhatThereIsToMeasureWhenNothingIsNamed() {
        assertThat(execute("bench")).isEqualTo(2);
        assertThat(err.toString()).contains("freshet bench train");
    }

    @Test
    void shouldWriteARowForEachLoss() throws IOException {
        Path json = folder.resolve("bench.json");
        assertThat(execute(
                        "bench",
                        "train",
                        "--negatives",
                        "50,full",
                        "--items",
                        "3000",
                        "--warm-up",
                        "0s",
                        "--duration",
                        "1ms",
                        "--batch",
                        "32",
                        "--dim",
                        "" + Lanes.WIDTH,
                        "--core-types",
                        "detected,none-such",
                        "--json",
                        json.toString()))
                .as(err.toString())
                .isZero();
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        JsonNode machine = report.get("machine");
        assertThat(machine.get("detected_core_type").asText()).isNotEmpty();
        assertThat(machine.get("left_out").get(0).get("core_type").asText()).isEqualTo("none-such");
        for (JsonNode best : machine.get("best")) {
            assertThat(best.get("sgemm_core_type")).isEqualTo(machine.get("detected_core_type"));
            assertThat(best.get("sgemm_gflops").asDouble()).isPositive();
            assertThat(best.get("fma_gflops").asDouble()).isPositive();
            assertThat(best.get("read_gigabytes_per_second").asDouble()).isPositive();
        }
        JsonNode rows = report.get("rows");
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0).get("candidates").asInt()).isEqualTo(50);
        assertThat(rows.get(1).get("candidates").asInt()).isEqualTo(3_000);
        for (JsonNode row : rows) {
            assertThat(row.fieldNames())
                    .toIterable()
                    .containsExactly(
                            "negatives",
                            "candidates",
                            "threads",
                            "targets_per_second",
                            "gflops",
                            "sgemm_core_type",
                            "sgemm_gflops",
                            "share_of_sgemm",
                            "fma_gflops",
                            "share_of_fma",
                            "seconds_to_full_speed",
                            "scratch_bytes");
            assertThat(row.get("targets_per_second").asDouble()).isPositive();
            assertThat(row.get("share_of_fma").asDouble()).isBetween(1e-6, 1.5);
            assertThat(row.get("scratch_bytes").asLong()).isBetween(1L, 100_000_000L);
        }
    }

    private static BenchTrainCommand command(String... arguments) {
        CommandLine.ParseResult parsed =
                Freshet.commandLine().parseArgs(arguments).subcommand().subcommand();
        return (BenchTrainCommand) parsed.commandSpec().userObject();
    }

    private int execute(String... arguments) {
        return Freshet.commandLine().setErr(new PrintWriter(err)).execute(arguments);
    }
}
