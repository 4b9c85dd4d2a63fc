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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvaluateCommandTest {
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void shouldWriteTheSameFiguresWhenTheSnapshotIsEvaluated() throws IOException {
        Path fitted = folder.resolve("fit.json");
        Path evaluated = folder.resolve("evaluate.json");
        Path models = folder.resolve("models");
        String data = circle().toString();
        assertThat(execute(
                        "fit",
                        "--data",
                        data,
                        "--epochs",
                        "10",
                        "--batch",
                        "32",
                        "--dim",
                        "" + Lanes.WIDTH,
                        "--quiet",
                        "--max-length",
                        "8",
                        "--json",
                        fitted.toString(),
                        "--snapshot",
                        models.toString(),
                        "--name",
                        "circle"))
                .as(err.toString())
                .isZero();
        assertThat(execute(
                        "evaluate",
                        "--data",
                        data,
                        "--snapshot",
                        models.toString(),
                        "--name",
                        "circle",
                        "--json",
                        evaluated.toString()))
                .as(err.toString())
                .isZero();

        JsonNode fit = new ObjectMapper().readTree(fitted.toFile());
        assertThat(fit.fieldNames())
                .toIterable()
                .containsExactly("settings", "curve", "validation", "test", "best_epoch", "seconds");
        assertThat(fit.get("test").fieldNames())
                .toIterable()
                .containsExactly("hr5", "hr10", "hr20", "ndcg5", "ndcg10", "ndcg20", "mrr5", "mrr10", "mrr20");
        assertThat(fit.get("curve")).hasSize(2);
        assertThat(fit.get("curve").get(1).get("ndcg10").asDouble()).isPositive();
        assertThat(fit.get("best_epoch").asInt()).isIn(5, 10);
        JsonNode again = new ObjectMapper().readTree(evaluated.toFile());
        for (String measure : List.of("hr10", "ndcg10", "mrr20")) {
            assertThat(again.get("test").get(measure).asDouble())
                    .isCloseTo(fit.get("test").get(measure).asDouble(), within(1e-12));
            assertThat(again.get("validation").get(measure).asDouble())
                    .isCloseTo(fit.get("validation").get(measure).asDouble(), within(1e-12));
        }
    }

    @Test
    void shouldRefuseToEvaluateWhenThereIsNoSnapshot() throws IOException {
        String data = circle().toString();
        assertThat(execute("evaluate", "--data", data, "--snapshot", folder.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("no such snapshot", "model=default");
    }

    /** Writes clicks of users who walk around a circle of 30 items. */
    private Path circle() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int user = 0; user < 100; user++) {
            text.append("user-").append(user);
            for (int i = 0; i < 5 + user % 4; i++) {
                text.append(" item-").append((3 * user + i) % 30);
            }
            text.append('\n');
        }
        return Files.writeString(folder.resolve("circle.txt"), text);
    }

    private int execute(String... arguments) {
        return Freshet.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
