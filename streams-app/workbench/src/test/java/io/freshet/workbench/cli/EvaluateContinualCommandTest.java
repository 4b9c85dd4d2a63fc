package io.freshet.workbench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.cli.Freshet;
import io.freshet.lab.continual.Cycle;
import io.freshet.lab.continual.RecallAndMrr;
import io.freshet.model.tensor.Lanes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluateContinualCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void shouldWriteTheMeanOfItsCycles() throws IOException {
        JsonNode report = evaluate();

        assertThat(report.fieldNames()).toIterable().containsExactly("settings", "mean", "cycles", "seconds");
        JsonNode mean = report.get("mean");
        assertThat(mean.fieldNames())
                .toIterable()
                .containsExactly("recall10", "recall20", "mrr10", "mrr20", "network", "memory", "baselines");
        assertThat(mean.get("baselines").fieldNames()).toIterable().containsExactly("rules", "vsknn", "stan");
        assertThat(mean.get("baselines").get("stan").get("mrr10").asDouble()).isBetween(.1, 1.0);
        assertThat(report.get("cycles")).hasSize(3);
        for (String measure : List.of("recall10", "recall20", "mrr10", "mrr20")) {
            double sum = 0;
            for (JsonNode cycle : report.get("cycles")) {
                sum += cycle.get(measure).asDouble();
                assertThat(cycle.get("network").has(measure)).isTrue();
                assertThat(cycle.get("memory").has(measure)).isTrue();
            }
            assertThat(mean.get(measure).asDouble()).isCloseTo(sum / 3, within(1e-12));
        }
        assertThat(report.get("cycles").get(2).get("items").asInt()).isEqualTo(30);
        assertThat(report.get("cycles").get(0).get("learned_clicks").asInt()).isEqualTo(160);
        assertThat(report.get("cycles").get(0).get("events").asInt()).isEqualTo(120);
        assertThat(report.get("settings").get("step_clicks").asInt()).isEqualTo(20);
    }

    @Test
    void shouldEndEarlyWhenTold() throws IOException {
        assertThat(evaluate("--cycles", "2").get("cycles")).hasSize(2);
    }

    @Test
    void shouldGiveTheCostOfSeveralLearners() throws IOException {
        JsonNode report = evaluate("--learners", "2", "--merge-steps", "3");

        assertThat(report.fieldNames())
                .toIterable()
                .containsExactly("settings", "mean", "parallel", "cycles", "seconds");
        assertThat(report.at("/settings/learners").asInt()).isEqualTo(2);
        assertThat(report.at("/settings/merge_steps").asInt()).isEqualTo(3);
        assertThat(report.at("/parallel/learners").asInt()).isEqualTo(2);
        assertThat(report.at("/parallel/merge_steps").asInt()).isEqualTo(3);
        // A period has 160 clicks, that is 4 steps of 2 x 20: the learners merge after 3 of them, and at the end.
        assertThat(report.at("/parallel/merges").asInt()).isEqualTo(3 * 2);
        assertThat(report.at("/parallel/bytes_per_merge").asDouble()).isBetween(1e3, 1e6);
        assertThat(report.at("/cycles/2/items").asInt()).isEqualTo(30);
        assertThat(report.at("/mean/recall20").asDouble())
                .as("20 of 30 items in a random order have this recall")
                .isGreaterThan(20. / 30);
        assertThat(report.at("/mean/mrr10").asDouble()).isBetween(.2, 1.0);
    }

    @Test
    void shouldHaveTheFiguresOfASingleLearnerWithOneLearner() throws IOException {
        JsonNode plain = evaluate();
        JsonNode one = evaluate("--learners", "1", "--merge-steps", "1");

        assertThat(one.get("mean")).isEqualTo(plain.get("mean"));
        assertThat(one.get("settings")).isEqualTo(plain.get("settings"));
        assertThat(one.has("parallel")).isFalse();
        assertThat(one.at("/settings/learners").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "--learners 0, --learners must be from 1 to 32: 0",
        "--learners 33, --learners must be from 1 to 32: 33",
        "--learners two, '--learners'",
        "--learners 2 --merge-steps 0, --merge-steps must be at least 1: 0",
        "--learners 2 --set model.item.retention.ms=1000000000, model.item.retention.ms must be 0",
        "--cycles 0, --cycles must be at least 1: 0"
    })
    void shouldRefuseWhenOptionsCannotBe(String options, String error) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("evaluate", "continual", "--periods", periods().toString()));
        arguments.addAll(List.of(options.split(" ", -1)));

        assertThat(execute(arguments.toArray(String[]::new))).isEqualTo(2);
        assertThat(err.toString()).startsWith("freshet: ").contains(error);
    }

    @Test
    void shouldRefuseAFolderWithoutPeriods() {
        assertThat(execute("evaluate", "continual", "--periods", folder.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("period_0.txt", "freshet evaluate continual --help");
    }

    @Test
    void shouldRefuseALineThatIsNoClick() throws IOException {
        Files.writeString(folder.resolve("period_0.txt"), "1 2 3\n");
        Files.writeString(folder.resolve("period_1.txt"), "1 2\n");
        assertThat(execute("evaluate", "continual", "--periods", folder.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("session item", "line 1");
    }

    @Test
    void shouldTellACycleInPercent() {
        Cycle cycle = new Cycle(
                3,
                100,
                20_000,
                9_876,
                new RecallAndMrr(.4, .5021, .16, .1732),
                new RecallAndMrr(.4, .5, .1, .09),
                new RecallAndMrr(.4, .5, .1, .08),
                Map.of(),
                60,
                4);
        assertThat(ContinualProgress.line(cycle))
                .isEqualTo("cycle  3  R@20 50.21  MRR@20 17.32   network alone 50.00   9.00"
                        + "   9,876 events, 20,000 items, 1m04s");
    }

    private JsonNode evaluate(String... options) throws IOException {
        Path json = folder.resolve("out.json");
        List<String> arguments = new ArrayList<>(
                List.of("evaluate", "continual", "--periods", periods().toString()));
        arguments.addAll(List.of("--quiet", "--json", json.toString()));
        arguments.addAll(List.of("--set", "model.dim=" + Lanes.WIDTH, "--set", "online.step.clicks=20"));
        arguments.addAll(List.of(options));
        assertThat(execute(arguments.toArray(String[]::new))).as(err.toString()).isZero();
        return new ObjectMapper().readTree(json.toFile());
    }

    /** Writes four periods of 40 sessions of four clicks around a circle of 30 items. */
    private Path periods() throws IOException {
        for (int period = 0; period < 4; period++) {
            StringBuilder text = new StringBuilder();
            for (int click = 0; click < 4; click++) {
                for (int session = 0; session < 40; session++) {
                    text.append("s%d-%d i%d%n".formatted(period, session, (session * 7 + click) % 30));
                }
            }
            Files.writeString(folder.resolve("period_" + period + ".txt"), text);
        }
        return folder;
    }

    private int execute(String... arguments) {
        return Freshet.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
