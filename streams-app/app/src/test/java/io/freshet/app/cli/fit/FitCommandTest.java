package io.freshet.app.cli.fit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.cli.Freshet;
import io.freshet.model.encoder.network.FmlpRecConfig;
import io.freshet.model.encoder.network.Gru4RecConfig;
import io.freshet.model.encoder.network.LruRecConfig;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.fit.FitConfig;
import io.freshet.training.fit.SequenceDataset;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.loss.LossConfig.Kind;
import io.freshet.training.loss.LossConfig.Sampling;
import io.freshet.training.metrics.SeenItems;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class FitCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void shouldTakeThePapersSettingsWhenAPresetIsNamed() {
        FitConfig beauty = config("--preset", "beauty");
        assertThat(beauty.encoder()).isEqualTo(new SasRecConfig(64, 50, 2, 1));
        assertThat(beauty.training().optimizer().learningRate()).isEqualTo(5e-4f);
        assertThat(beauty.training().optimizer().weightDecay()).isEqualTo(1e-8f);
        assertThat(beauty.training().dropout()).isEqualTo(.6f);
        assertThat(beauty.epochs().batchUsers()).isEqualTo(512);
        assertThat(beauty.epochs().most()).isEqualTo(300);
        LossConfig loss = beauty.training().loss();
        assertThat(loss.kind()).isEqualTo(Kind.SCE);
        assertThat(loss.sampling()).isEqualTo(Sampling.POSITION);
        assertThat(loss.negatives()).isEqualTo(500);
        assertThat(loss.alpha()).isEqualTo(100);

        FitConfig movies = config("--preset", "ml-1m");
        assertThat(movies.encoder().maxLength()).isEqualTo(200);
        assertThat(movies.epochs().batchUsers()).isEqualTo(128);
        assertThat(config("--preset", "yelp").training().dropout()).isEqualTo(.7f);
    }

    @ParameterizedTest
    @CsvSource({
        "beauty, gru4rec, sce, .0005, .5, 1e-6, 50",
        "beauty, gru4rec, bce, .001, .3, 1e-8, 50",
        "beauty, fmlprec, ce, .0001, .5, 5e-4, 50",
        "beauty, caser, ce, .005, .7, 5e-4, 5",
        "beauty, sasrec, bce, .0005, .4, 1e-8, 50",
        "yelp, gru4rec, ce, .001, .2, 5e-4, 50",
        "yelp, sasrec, bce, .001, .7, 1e-6, 50"
    })
    void shouldTakeThePapersSettingsOfTheEncoder(
            String preset, String encoder, String loss, float rate, float dropout, float decay, int maxLength) {
        FitConfig config = config("--preset", preset, "--encoder", encoder, "--loss", loss);
        assertThat(config.training().optimizer().learningRate()).isEqualTo(rate);
        assertThat(config.training().dropout()).isEqualTo(dropout);
        assertThat(config.training().optimizer().weightDecay()).isEqualTo(decay);
        assertThat(config.encoder().maxLength()).isEqualTo(maxLength);
    }

    @Test
    void shouldTakeThePapersNumberOfBlocks() {
        assertThat(config("--preset", "beauty", "--encoder", "fmlprec").encoder())
                .isEqualTo(new FmlpRecConfig(64, 50, 4));
        assertThat(config("--preset", "beauty", "--encoder", "fmlprec", "--blocks", "1")
                        .encoder())
                .isEqualTo(new FmlpRecConfig(64, 50, 1));
    }

    @Test
    void shouldNameTheEncodersThatAPresetKnows() throws IOException {
        assertThat(execute("fit", "--data", circle().toString(), "--preset", "beauty", "--encoder", "bert4rec"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("caser, fmlprec, gru4rec, sasrec", "none for bert4rec");
    }

    @Test
    void shouldLetOptionsWinWhenAPresetIsNamedToo() {
        FitConfig config = config(
                "--lr",
                "0.01",
                "--preset",
                "beauty",
                "--sampling",
                "batch",
                "--negatives",
                "4000",
                "--alpha",
                "auto",
                "--epochs",
                "7",
                "--seed",
                "3",
                "--max-length",
                "20");
        assertThat(config.training().optimizer().learningRate()).isEqualTo(.01f);
        assertThat(config.training().dropout()).isEqualTo(.6f);
        assertThat(config.training().loss()).isEqualTo(LossConfig.scaledCrossEntropy(4000));
        assertThat(config.epochs().most()).isEqualTo(7);
        assertThat(config.seed()).isEqualTo(3);
        assertThat(config.encoder().maxLength()).isEqualTo(20);
    }

    @ParameterizedTest
    @CsvSource({
        "ce, all, 0, 1, 200",
        "ce-eta, all, 0, 1, 300",
        "ssm, position, 500, 1, 300",
        "sce, position, 500, 100, 300",
        "nce, position, 500, 1, 300",
        "neg, position, 500, 1, 300",
        "bce, position, 1, 1, 300",
        "bpr, position, 1, 1, 300"
    })
    void shouldFillInWhatTheLossNeeds(String name, String sampling, int negatives, float alpha, int epochs) {
        FitConfig config = config("--preset", "beauty", "--loss", name);
        LossConfig loss = config.training().loss();
        assertThat(loss.kind().code()).isEqualTo(name);
        assertThat(loss.sampling().code()).isEqualTo(sampling);
        assertThat(loss.negatives()).isEqualTo(negatives);
        assertThat(loss.alpha()).isEqualTo(alpha);
        assertThat(config.epochs().most()).isEqualTo(epochs);
    }

    @Test
    void shouldTakeAnotherEncoder() {
        assertThat(config("--encoder", "gru4rec", "--dim", "32").encoder()).isEqualTo(new Gru4RecConfig(32, 50));
        assertThat(config("--encoder", "lrurec", "--blocks", "1").encoder()).isEqualTo(new LruRecConfig(64, 50, 1));
        assertThat(config("--blocks", "3", "--heads", "2", "--dim", "32").encoder())
                .isEqualTo(new SasRecConfig(32, 50, 3, 2));
    }

    @Test
    void shouldMaskSeenItemsWhenTheDataHaveNoRepeatsOrItIsSaid() {
        assertThat(config().validation().seen()).isEqualTo(SeenItems.MASKED);
        assertThat(config("--mask-seen", "false").validation().seen()).isEqualTo(SeenItems.RANKED);
        assertThat(config("--mask-seen", "true").validation().seen()).isEqualTo(SeenItems.MASKED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--loss cee",
                "--loss ce --negatives 3",
                "--loss bce --negatives 3",
                "--loss ce --sampling batch",
                "--loss nce --alpha 3",
                "--alpha never",
                "--alpha -1",
                "--preset bauty",
                "--sampling all",
                "--encoder gru",
                "--encoder gru4rec --blocks 2",
                "--encoder gru4rec --heads 1",
                "--dropout 1.5",
                "--epochs 0",
                "--dim 7",
                "--data nowhere.txt"
            })
    void shouldRefuseWhenOptionsCannotBe(String options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("fit"));
        if (!options.contains("--data")) {
            arguments.addAll(List.of("--data", circle().toString()));
        }
        arguments.addAll(List.of(options.split(" ", -1)));
        assertThat(execute(arguments.toArray(String[]::new))).isEqualTo(2);
        assertThat(err.toString()).contains("Try 'freshet fit --help'");
    }

    @Test
    void shouldAskForDataWhenThereAreNone() {
        assertThat(execute("fit")).isEqualTo(2);
        assertThat(err.toString()).contains("--data FILE");
    }

    @Test
    void shouldRefuseWhenTheFileIsNoSequenceFile() throws IOException {
        Path file = Files.writeString(folder.resolve("odd.txt"), "lonely\n");
        assertThat(execute("fit", "--data", file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("user item item", "line 1");
    }

    @Test
    void shouldTeachByExampleWhenAskedForHelp() {
        assertThat(execute("fit", "--help")).isZero();
        assertThat(out.toString()).contains("Examples:", "--preset beauty", "ce-eta", "beauty, yelp, ml-1m");
    }

    @Test
    void shouldGiveTheSameFiguresForTheSameClicksInAnotherOrder() throws IOException {
        List<String> byTime = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            byTime.add(
                    "user-" + i * 7 % 40 + ",item-" + (3 * (i * 7 % 40) + i / 40) % 30 + "," + (1_700_000_000 + i / 2));
        }
        List<String> byUser = new ArrayList<>(byTime);
        byUser.sort(Comparator.comparing(row -> row.substring(0, row.indexOf(','))));

        JsonNode expected = fitted("by-time.csv", "user,item,time", byTime);
        JsonNode fit = fitted("by-user.csv", "user,item,time", byUser);

        assertThat(fit.get("test")).isEqualTo(expected.get("test"));
        for (int point = 0; point < 2; point++) {
            assertThat(fit.at("/curve/" + point + "/loss")).isEqualTo(expected.at("/curve/" + point + "/loss"));
        }
    }

    @Test
    void shouldLeaveOutClicksThatRepeatTheIdOfAnEventOfTheirUser() throws IOException {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            rows.add("user-" + i % 40 + ",item-" + (i % 40 + i / 40) % 30 + "," + (1_700_000_000 + i) + ",event-" + i);
        }
        JsonNode expected = fitted("once.csv", "user,item,time,event_id", rows);
        rows.add("user-3,item-9,1700000900,event-3");
        rows.add("user-3,item-9,1700000901,event-3");

        JsonNode fit = fitted("repeated.csv", "user,item,time,event_id", rows);

        assertThat(fit.at("/settings/input/repeated_clicks").asInt()).isEqualTo(2);
        assertThat(fit.at("/settings/input/clicks").asInt()).isEqualTo(400);
        assertThat(fit.get("test")).isEqualTo(expected.get("test"));
    }

    private JsonNode fitted(String name, String header, List<String> rows) throws IOException {
        Path file = Files.write(
                folder.resolve(name),
                Stream.concat(Stream.of(header), rows.stream()).toList());
        Path json = folder.resolve(name + ".json");
        List<String> command = new ArrayList<>(List.of("fit", "--data", file.toString(), "--json", json.toString()));
        command.addAll(List.of("--epochs", "10", "--batch", "16", "--dim", "16", "--max-length", "8", "--quiet"));
        assertThat(execute(command.toArray(String[]::new))).as(err.toString()).isZero();
        return new ObjectMapper().readTree(json.toFile());
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

    private static FitConfig config(String... options) {
        List<String> arguments = new ArrayList<>(List.of("fit"));
        arguments.addAll(List.of(options));
        CommandLine.ParseResult parsed = Freshet.commandLine()
                .parseArgs(arguments.toArray(String[]::new))
                .subcommand();
        SequenceDataset data = SequenceDataset.builder(new Vocabulary()::addIfAbsent)
                .add("u", "a", 0)
                .add("u", "b", 1)
                .build();
        return ((FitCommand) parsed.commandSpec().userObject()).config(data);
    }

    private int execute(String... arguments) {
        return Freshet.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
