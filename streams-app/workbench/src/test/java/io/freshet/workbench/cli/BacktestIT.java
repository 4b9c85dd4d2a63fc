package io.freshet.workbench.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.cli.Freshet;
import io.freshet.app.feed.ClickGenerator;
import io.freshet.app.feed.GeneratorConfig;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.model.tensor.Lanes;
import io.freshet.testkit.broker.EmbeddedKafka;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares backtests over a broker's topic with prequential evaluations over a file of the same clicks. */
final class BacktestIT {
    private static final int CLICKS = 2_500;
    private static final int PARTITIONS = 3;
    private static final int MIDDLE = 1_000;
    private static final List<String> FIGURES =
            List.of("seen_left_out", "repeats_ranked", "learned_repeats", "calibration");
    private static final List<String> OTHER = List.of(
            "--set",
            "model.encoder=gru4rec",
            "--set",
            "sequencer.window=8",
            "--set",
            "events.seen.return.ms=view=60000,*=600000");

    @TempDir
    static Path folder;

    private static EmbeddedKafka kafka;
    private static Admin admin;
    private static Path config;
    private static long firstMs;
    private static final List<String> ROWS = new ArrayList<>();

    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void produceClicks() throws Exception {
        firstMs = Instant.now().minusSeconds(2L * CLICKS).toEpochMilli();
        kafka = EmbeddedKafka.start(folder.resolve("kafka"));
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
        admin.createTopics(List.of(new NewTopic("clicks", PARTITIONS, (short) 1), new NewTopic("empty", 1, (short) 1)))
                .all()
                .get(30, TimeUnit.SECONDS);
        config = Files.writeString(
                folder.resolve("freshet.properties"),
                "kafka.bootstrap.servers=" + kafka.bootstrapServers() + "\n" + String.join("\n", model()) + "\n");
        ClickGenerator generator = new ClickGenerator(
                new GeneratorConfig(1, 200, 120, false), InstantSource.fixed(Instant.ofEpochMilli(firstMs)));
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < CLICKS; i++) {
                Click made = ClickCodec.parse(generator.next().value());
                // Every tenth click is late.
                long timeMs = timeMs(i) - (i % 10 == 9 ? 90_000 : 0);
                Click click = new Click(made.userId(), made.itemId(), timeMs, i % 3 == 0 ? "buy" : "view", "e" + i);
                produce(producer, i, click.userId(), ClickCodec.toJson(click));
                ROWS.add("%s,%s,%s,%s,%s"
                        .formatted(click.userId(), click.itemId(), timeMs, click.eventType(), click.eventId()));
                if (i % 100 == 50) { // a producer's retry
                    produce(producer, i, click.userId(), ClickCodec.toJson(click));
                    ROWS.add(ROWS.getLast());
                }
                if (i % 100 == 70) {
                    produce(producer, i, click.userId(), "{\"user_id\":\"no item\"}".getBytes(UTF_8));
                }
            }
        }
    }

    @AfterAll
    static void stop() {
        admin.close();
        kafka.close();
    }

    private static long timeMs(int click) {
        return firstMs + 1_000L * click;
    }

    /** Every seventh click comes without a key, as from a producer that does not know how clicks are keyed. */
    private static void produce(KafkaProducer<byte[], byte[]> producer, int click, String user, byte[] value) {
        byte @Nullable [] key = click % 7 == 6 ? null : user.getBytes(UTF_8);
        var _ = producer.send(new ProducerRecord<>("clicks", click * 31 % PARTITIONS, timeMs(click), key, value));
    }

    private static List<String> model() {
        return List.of(
                "model.dim=" + Lanes.WIDTH,
                "model.blocks=1",
                "online.step.clicks=64",
                "events.weights=buy=2",
                "training.workers=1");
    }

    @Test
    void shouldGiveTheFiguresOfAFileToTheDigitForEachConfiguration() throws Exception {
        Path json = folder.resolve("backtest.json");
        Path plot = folder.resolve("backtest.svg");
        Set<String> topics = admin.listTopics().names().get(30, TimeUnit.SECONDS);
        List<String> options = new ArrayList<>(List.of(
                "--json", json.toString(), "--plot", plot.toString(), "--baselines", "rules", "--name", "other"));
        options.addAll(OTHER);
        assertThat(backtest(options)).as(err.toString()).isZero();

        JsonNode report = new ObjectMapper().readTree(json.toFile());
        JsonNode configurations = report.get("configurations");
        assertThat(configurations.fieldNames()).toIterable().containsExactly("current", "other");
        JsonNode current = evaluate(ROWS, List.of(), "rules");
        JsonNode other = evaluate(ROWS, OTHER, "none");
        for (String figures : FIGURES) {
            assertThat(configurations.at("/current/" + figures)).isEqualTo(current.get(figures));
            assertThat(configurations.at("/other/" + figures)).isEqualTo(other.get(figures));
        }
        assertThat(current.at("/seen_left_out/prequential/events").asInt()).isGreaterThan(CLICKS / 2);
        assertThat(current.at("/seen_left_out/prequential/ndcg10"))
                .isNotEqualTo(other.at("/seen_left_out/prequential/ndcg10"));
        assertThat(configurations.at("/current/clicks/accepted")).isEqualTo(current.at("/clicks/accepted"));
        assertThat(configurations.at("/current/clicks/duplicates").asInt()).isEqualTo(CLICKS / 100);
        assertThat(configurations.at("/current/refused/missing-item-id").asInt())
                .isEqualTo(CLICKS / 100);
        assertThat(report.at("/input/records").asInt()).isEqualTo(CLICKS + 2 * CLICKS / 100);
        assertThat(Files.readString(plot)).startsWith("<svg").contains("current", "other", "rules", "as served");
        // A backtest leaves no trace.
        assertThat(admin.listTopics().names().get(30, TimeUnit.SECONDS)).isEqualTo(topics);
        assertThat(admin.listGroups().all().get(30, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void shouldReadASpanOfTime() throws Exception {
        Path json = folder.resolve("span.json");
        assertThat(backtest(List.of(
                        "--json",
                        json.toString(),
                        "--from",
                        Instant.ofEpochMilli(timeMs(MIDDLE)).toString(),
                        "--to",
                        String.valueOf(timeMs(2 * MIDDLE)))))
                .as(err.toString())
                .isZero();

        String first = ",e" + MIDDLE;
        String last = ",e" + 2 * MIDDLE;
        List<String> rows = ROWS.stream()
                .dropWhile(row -> !row.endsWith(first))
                .takeWhile(row -> !row.endsWith(last))
                .toList();
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        JsonNode file = evaluate(rows, List.of(), "none");
        assertThat(report.at("/input/from").asText())
                .isEqualTo(Instant.ofEpochMilli(timeMs(MIDDLE)).toString());
        for (String figures : FIGURES) {
            assertThat(report.at("/configurations/current/" + figures)).isEqualTo(file.get(figures));
        }
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThat(backtest(List.of("--from", "-1s"))).isEqualTo(1);
        assertThat(err.toString()).contains("There is no record in this span of time on clicks");

        assertThat(execute("backtest", "--quiet", "--config", with("topics.clicks=empty")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("There is no record in this span of time on empty");

        assertThat(execute("backtest", "--quiet", "--config", with("topics.clicks=absent")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("There is no topic absent", "topics.clicks");

        assertThat(backtest(List.of("--name", "events", "--set", "clicks.format=cloudevents")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("No record is a click that events accepts", "clicks.format");
    }

    private static String with(String line) {
        try {
            Path file = folder.resolve("other.properties");
            return Files.writeString(file, Files.readString(config) + line + "\n")
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the report of an evaluation of a file with these rows. */
    private JsonNode evaluate(List<String> rows, List<String> settings, String baselines) throws Exception {
        Path file = folder.resolve("clicks.csv");
        Path json = folder.resolve("file.json");
        Files.writeString(file, "user,item,time,event_type,event_id\n" + String.join("\n", rows) + "\n");
        List<String> arguments = new ArrayList<>(List.of(
                "evaluate",
                "prequential",
                "--quiet",
                "--clicks",
                file.toString(),
                "--json",
                json.toString(),
                "--baselines",
                baselines,
                "--event-type",
                "event_type",
                "--event-id",
                "event_id"));
        model().forEach(setting -> arguments.addAll(List.of("--set", setting)));
        arguments.addAll(settings);
        assertThat(execute(arguments.toArray(String[]::new))).as(err.toString()).isZero();
        return new ObjectMapper().readTree(json.toFile());
    }

    private int backtest(List<String> options) {
        return execute(Stream.concat(Stream.of("backtest", "--quiet", "--config", config.toString()), options.stream())
                .toArray(String[]::new));
    }

    private int execute(String... arguments) {
        return Freshet.commandLine().setErr(new PrintWriter(err)).execute(arguments);
    }
}
