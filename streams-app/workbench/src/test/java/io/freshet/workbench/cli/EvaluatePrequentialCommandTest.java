package io.freshet.workbench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.cli.Freshet;
import io.freshet.model.tensor.Lanes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluatePrequentialCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void shouldWriteFiguresOfAllWhenNothingIsLeftOut() throws IOException {
        Path json = folder.resolve("out.json");
        Path plot = folder.resolve("out.svg");
        assertThat(evaluate("--json", json.toString(), "--plot", plot.toString(), "--refit-epochs", "2"))
                .as(err.toString())
                .isZero();

        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.fieldNames())
                .toIterable()
                .containsExactly(
                        "settings",
                        "clicks",
                        "seen_left_out",
                        "repeats_ranked",
                        "learned_repeats",
                        "calibration",
                        "refits",
                        "stopped",
                        "seconds");
        JsonNode ranked = report.get("repeats_ranked");
        assertThat(ranked.fieldNames()).toIterable().containsExactly("prequential", "slices", "curve");
        JsonNode prequential = ranked.get("prequential");
        assertThat(prequential.fieldNames())
                .toIterable()
                .containsExactly("events", "hr10", "ndcg10", "mrr10", "network", "memory", "baselines");
        assertThat(prequential.get("baselines").fieldNames())
                .toIterable()
                .containsExactly("popularity", "decayed_popularity", "rules", "vsknn", "stan", "frozen", "refit");
        assertThat(prequential.get("baselines").get("rules").fieldNames())
                .toIterable()
                .containsExactly("events", "hr10", "ndcg10", "mrr10");
        assertThat(prequential.get("network").get("events")).isEqualTo(prequential.get("events"));
        assertThat(prequential.get("network").get("ndcg10").asDouble()).isBetween(.1, 1.0);
        assertThat(report.get("clicks").get("accepted").asInt()).isEqualTo(600);
        assertThat(report.get("clicks").get("duplicates").asInt()).isEqualTo(1);
        assertThat(report.get("clicks").get("passed_over").asInt()).isEqualTo(1);
        assertThat(ranked.get("slices").fieldNames())
                .toIterable()
                .containsExactly("cold_item", "warm_item", "short_history", "long_history");
        assertThat(ranked.get("slices").get("cold_item").get("events").asInt()
                        + ranked.get("slices").get("warm_item").get("events").asInt())
                .isEqualTo(prequential.get("events").asInt());
        JsonNode curve = ranked.get("curve");
        assertThat(curve.get("network").get("ndcg10")).hasSameSizeAs(curve.get("clicks"));
        assertThat(curve.get("baselines").get("refit").get("ndcg10").get(0).isNull())
                .isTrue();
        assertThat(report.get("refits"))
                .isNotEmpty()
                .last()
                .satisfies(refit -> assertThat(refit.get("tenth").asInt()).isEqualTo(9));
        JsonNode served = report.get("seen_left_out").get("prequential");
        assertThat(served.get("events")).isEqualTo(prequential.get("events"));
        // Users walk around the circle: beyond the 20th click of a user all items are seen.
        assertThat(served.get("baselines").get("rules").get("hr10").asDouble())
                .isLessThan(
                        prequential.get("baselines").get("rules").get("hr10").asDouble());
        JsonNode learned = report.get("learned_repeats");
        assertThat(learned.fieldNames()).toIterable().containsExactly("prequential", "slices", "curve", "calibration");
        assertThat(learned.get("prequential").get("events")).isEqualTo(prequential.get("events"));
        assertThat(learned.get("prequential").get("hr10").asDouble()).isPositive();
        assertThat(learned.get("prequential")).isNotEqualTo(prequential);
        JsonNode calibration = report.get("calibration");
        assertThat(calibration.fieldNames()).toIterable().containsExactly("first", "all");
        assertThat(calibration.get("all").fieldNames())
                .toIterable()
                .containsExactly("answers", "expected_error", "bins");
        assertThat(calibration.get("all").get("bins").get(0).fieldNames())
                .toIterable()
                .containsExactly("from", "to", "answers", "mean_probability", "clicked");
        assertThat(Files.readString(plot))
                .startsWith("<svg")
                .contains("Freshet", "decayed popularity", "refit", "as served", "repeats ranked", "repeats learned");
    }

    @Test
    void shouldGiveTheErrorsOfASample() throws IOException {
        Path all = folder.resolve("all.json");
        Path sample = folder.resolve("sample.json");
        assertThat(evaluate("--json", all.toString(), "--baselines", "none")).isZero();
        assertThat(evaluate("--json", sample.toString(), "--baselines", "rules", "--rank-share", "0.5"))
                .as(err.toString())
                .isZero();

        JsonNode ofAll = new ObjectMapper().readTree(all.toFile()).at("/seen_left_out/prequential");
        JsonNode report = new ObjectMapper().readTree(sample.toFile());
        JsonNode ofSample = report.at("/seen_left_out/prequential");
        assertThat(report.get("settings").get("rank_share").asText()).isEqualTo("0.5");
        assertThat(ofSample.get("events").asInt())
                .isBetween(1, ofAll.get("events").asInt() - 1)
                .isEqualTo(ofSample.get("baselines").get("rules").get("events").asInt());
        assertThat(ofAll.has("standard_errors")).isFalse();
        assertThat(ofSample.get("standard_errors").fieldNames())
                .toIterable()
                .containsExactly("hr10", "ndcg10", "mrr10");
        assertThat(ofSample.get("standard_errors").get("ndcg10").asDouble()).isBetween(.001, .1);
    }

    @Test
    void shouldRunChosenBaselinesOnlyAndMaskWhenTold() throws IOException {
        Path json = folder.resolve("out.json");
        assertThat(evaluate("--json", json.toString(), "--baselines", "rules,popularity", "--mask-seen"))
                .as(err.toString())
                .isZero();

        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.at("/repeats_ranked/prequential/baselines").fieldNames())
                .toIterable()
                .containsExactly("popularity", "rules");
        assertThat(report.get("settings").get("mask_seen").asBoolean()).isTrue();
        assertThat(report.get("refits")).isEmpty();
    }

    @Test
    void shouldGiveTheSameFiguresAgain() throws IOException {
        Path one = folder.resolve("one.json");
        Path two = folder.resolve("two.json");
        evaluate("--json", one.toString(), "--baselines", "none");
        evaluate("--json", two.toString(), "--baselines", "none", "--set", "training.workers=1");

        JsonNode first = new ObjectMapper().readTree(one.toFile());
        for (String figures : List.of("seen_left_out", "repeats_ranked", "learned_repeats", "calibration")) {
            assertThat(new ObjectMapper().readTree(two.toFile()).get(figures)).isEqualTo(first.get(figures));
        }
    }

    @Test
    void shouldGiveTheCostOfSeveralLearners() throws IOException {
        Path json = folder.resolve("out.json");
        assertThat(evaluate("--json", json.toString(), "--learners", "2", "--merge-steps", "3"))
                .as(err.toString())
                .isZero();

        JsonNode report = new ObjectMapper().readTree(json.toFile());
        JsonNode parallel = report.get("parallel");
        assertThat(parallel.fieldNames())
                .toIterable()
                .containsExactly(
                        "learners",
                        "merge_steps",
                        "merges",
                        "bytes_per_merge",
                        "bytes_per_click",
                        "learning_cpu_ms_per_click",
                        "merging_cpu_ms_per_click");
        assertThat(parallel.get("learners").asInt()).isEqualTo(2);
        assertThat(parallel.get("merges").asInt()).isEqualTo(600 / (2 * 16 * 3));
        assertThat(parallel.get("bytes_per_merge").asDouble()).isBetween(1e3, 1e6);
        assertThat(report.at("/repeats_ranked/prequential/baselines").fieldNames())
                .toIterable()
                .containsExactly("popularity", "decayed_popularity", "rules", "vsknn", "stan");
        assertThat(report.at("/repeats_ranked/prequential/ndcg10").asDouble()).isBetween(.1, 1.0);
        assertThat(report.has("calibration")).as("there is no one model").isFalse();
    }

    @Test
    void shouldHaveNoCostOfMergesWithOneLearner() throws IOException {
        Path one = folder.resolve("one.json");
        Path plain = folder.resolve("plain.json");
        evaluate("--json", one.toString(), "--baselines", "none", "--learners", "1", "--merge-steps", "1");
        evaluate("--json", plain.toString(), "--baselines", "none");

        JsonNode report = new ObjectMapper().readTree(one.toFile());
        assertThat(report.has("parallel")).isFalse();
        assertThat(report.get("repeats_ranked"))
                .isEqualTo(new ObjectMapper().readTree(plain.toFile()).get("repeats_ranked"));
    }

    @Test
    void shouldGiveEventsTheMeaningsThatAreSet() throws IOException {
        Path json = folder.resolve("out.json");
        Path clicks = folder.resolve("typed.tsv");
        StringBuilder text = new StringBuilder("user\titem\ttime\tkind\n");
        for (int i = 0; i < 400; i++) {
            String kind = List.of("buy", "look", "shown", "dislike").get(i % 4);
            text.append("u%d\ti%d\t%d\t%s\n".formatted(i / 4 % 20, i % 23, 1_700_000_000L + i, kind));
        }
        Files.writeString(clicks, text);
        assertThat(evaluate(
                        "--clicks",
                        clicks.toString(),
                        "--json",
                        json.toString(),
                        "--baselines",
                        "rules,popularity,decayed_popularity,frozen",
                        "--mask-seen",
                        "--event-type",
                        "kind",
                        "--set",
                        "events.weights=buy=4,look=0",
                        "--set",
                        "events.filter.only=shown",
                        "--set",
                        "events.negative=dislike"))
                .as(err.toString())
                .isZero();

        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.get("clicks").get("accepted").asInt()).isEqualTo(400);
        // Every fourth click is a target; 20 of these are first clicks, and the first tenth of the file is not
        // counted.
        JsonNode prequential = report.at("/seen_left_out/prequential");
        assertThat(prequential.get("events").asInt()).isBetween(70, 80);
        assertThat(prequential.get("baselines").get("rules").get("events")).isEqualTo(prequential.get("events"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--clicks nowhere.tsv",
                "--set events.negative=,",
                "--event-type nothing",
                "--baselines ruls",
                "--learners 0",
                "--learners 33",
                "--learners two",
                "--learners 2 --merge-steps 0",
                "--learners 2 --baselines rules,frozen",
                "--learners 2 --set model.item.retention.ms=1000000000",
                "--set training.dropot=1",
                "--user nobody",
                "--plott x"
            })
    void shouldRefuseWhenOptionsCannotBe(String options) throws IOException {
        assertThat(evaluate(options.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).startsWith("freshet: ");
    }

    @Test
    void shouldTeachByExampleWhenAskedForHelp() {
        assertThat(execute("evaluate", "prequential", "--help")).isZero();
        assertThat(out.toString()).contains("Examples:", "--mask-seen", "refit");
    }

    private int evaluate(String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("evaluate", "prequential", "--quiet"));
        if (!List.of(options).contains("--clicks")) {
            arguments.addAll(List.of("--clicks", clicks().toString()));
        }
        arguments.addAll(List.of(
                "--set", "model.dim=" + Lanes.WIDTH, "--set", "model.blocks=1", "--set", "online.step.clicks=16"));
        arguments.addAll(List.of(options));
        return execute(arguments.toArray(String[]::new));
    }

    /** Writes clicks of users who walk around a circle of 20 items, with one click twice and one row without a time. */
    private Path clicks() throws IOException {
        Random random = new Random(1);
        int[] places = new int[40];
        StringBuilder text = new StringBuilder("user\titem\ttime\n");
        for (int i = 0; i < 600; i++) {
            int user = random.nextInt(places.length);
            text.append("u").append(user).append('\t').append("i").append((3 * user + places[user]++) % 20);
            text.append('\t').append(1_700_000_000L + i).append('\n');
        }
        text.append(text.substring(text.lastIndexOf("\n", text.length() - 2) + 1));
        text.append("u1\ti1\tnever\n");
        return Files.writeString(folder.resolve("clicks.tsv"), text);
    }

    private int execute(String... arguments) {
        return Freshet.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
