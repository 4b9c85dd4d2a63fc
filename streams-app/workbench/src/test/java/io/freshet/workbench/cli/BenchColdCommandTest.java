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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchColdCommandTest {
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void shouldFindFirstClickedItemsOnlyWhenItExplores() throws IOException {
        Path json = folder.resolve("cold.json");

        assertThat(execute(
                        "bench",
                        "cold",
                        "--quiet",
                        "--count",
                        "3000",
                        "--items",
                        "300",
                        "--new-items",
                        "100",
                        "--users",
                        "100",
                        "--set",
                        "model.dim=" + Lanes.WIDTH,
                        "--json",
                        json.toString()))
                .as(err.toString())
                .isZero();

        JsonNode report = new ObjectMapper().readTree(json.toFile());
        JsonNode outcome = report.get("outcome");
        assertThat(report.get("unclicked").asInt()).isBetween(100, 200);
        assertThat(outcome.get("first_clicks").asInt()).isBetween(30, 110);
        assertThat(outcome.get("other_clicks").asInt()).isBetween(1_000, 1_500);
        assertThat(outcome.get("ways").findValuesAsText("way"))
                .containsExactly("explore.share=0", "by category", "by title", "by title and embedding");
        assertThat(found(outcome, "explore.share=0", "first"))
                .as("the model does not know them")
                .isZero();
        for (String way : List.of("by category", "by title", "by title and embedding")) {
            assertThat(found(outcome, way, "first")).as(way).isPositive();
            assertThat(found(outcome, way, "other")).as(way).isLessThan(found(outcome, "explore.share=0", "other"));
        }
    }

    private static int found(JsonNode outcome, String way, String clicks) {
        for (JsonNode each : outcome.get("ways")) {
            if (each.get("way").asText().equals(way)) {
                return each.get(clicks).asInt();
            }
        }
        throw new AssertionError(way);
    }

    @Test
    void shouldRefuseACatalogueWithoutOldItems() {
        assertThat(execute("bench", "cold", "--items", "100", "--new-items", "100"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--new-items positive and below --items");
        assertThat(execute("bench", "cold", "--loyalty", "1.5")).isEqualTo(2);
        assertThat(err.toString()).contains("--loyalty must be from 0 to 1: 1.5");
    }

    private int execute(String... arguments) {
        return Freshet.commandLine().setErr(new PrintWriter(err)).execute(arguments);
    }
}
