package io.freshet.app.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.service.variant.UserSplit;
import io.freshet.testkit.broker.Broker;
import io.freshet.testkit.process.FreshetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code freshet run} with an external Kafka: each role is a process, and some are killed on the way. */
@Tag(Broker.TAG)
class RunIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(4); // five JVMs start at once
    private static final int PARTITIONS = 3;
    private static final int USERS = 40;
    private static final int CLICKS_EACH = 12;
    private static final int CATALOGUE = 200; // more than any user clicks, so that unseen items remain to recommend

    /** Exit code of a JVM that ended on SIGTERM. */
    private static final int ENDED_BY_SIGTERM = 128 + 15;

    /** The JVM always prints this line. */
    private static final String OF_THE_JVM = "WARNING: Using incubator modules";

    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void shouldAnswerEachClickOnceWhenBothRolesAreKilled() throws Exception {
        try (Broker kafka = Broker.start(folder.resolve("kafka"))) {
            configure(kafka);
            FreshetProcess streams = run("streams");
            FreshetProcess trainer = run("trainer");
            awaitTopics(kafka, Set.of("clicks", "clicks-rekeyed", "sequences", "recommendations", "model-log"));
            produce(kafka, 0, CLICKS_EACH / 2);
            awaitAnswers(kafka, "recommendations", USERS * CLICKS_EACH / 2);
            streams.kill();
            trainer.kill();
            produce(kafka, CLICKS_EACH / 2, CLICKS_EACH);
            try (FreshetProcess streamsAgain = run("streams");
                    FreshetProcess trainerAgain = run("trainer")) {
                assertThat(awaitAnswers(kafka, "recommendations", USERS * CLICKS_EACH))
                        .extracting(RunIT::cause)
                        .doesNotHaveDuplicates();
                awaitAnswersOfTheModels(kafka, Set.of(""));
                streamsAgain.terminate();
                trainerAgain.terminate();
                assertThat(streamsAgain.await(TIMEOUT)).isEqualTo(ENDED_BY_SIGTERM);
                assertThat(trainerAgain.await(TIMEOUT)).isEqualTo(ENDED_BY_SIGTERM);
            }
        }
        assertThat(log("streams")).anySatisfy(line -> {
            assertThat(line.at("/formattedMessage").asText()).startsWith("Serving model=default");
            assertThat(line.at("/mdc/role").asText()).isEqualTo("streams");
            assertThat(line.at("/mdc/model_version").asText()).isNotEmpty();
        });
        assertThat(log("trainer")).anySatisfy(line -> {
            assertThat(line.at("/formattedMessage").asText()).startsWith("Wrote snapshot");
            assertThat(line.at("/mdc/role").asText()).isEqualTo("trainer");
            assertThat(line.at("/mdc/model").asText()).isEqualTo("default");
        });
    }

    /** Returns the log lines of a role's processes, each a JSON object that names the role. */
    private List<JsonNode> log(String role) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(role + ".txt"))) {
            if (line.startsWith(OF_THE_JVM)) {
                continue;
            }
            JsonNode read = json.readTree(line);
            assertThat(read.path("timestamp").isNumber()).as(line).isTrue();
            assertThat(read.path("level").asText()).as(line).isIn("INFO", "WARN", "ERROR");
            assertThat(read.at("/context/properties/application_id").asText())
                    .as(line)
                    .isEqualTo("freshet");
            assertThat(read.at("/context/properties/instance").asText())
                    .as(line)
                    .isNotEmpty();
            assertThat(read.at("/context/properties/roles").asText()).as(line).isEqualTo(role);
            assertThat(read.at("/context/properties/model").asText()).as(line).isEqualTo("default");
            lines.add(read);
        }
        return lines;
    }

    @Test
    void shouldAnswerEachClickOnceByItsUsersVariantWhenAScorerIsKilled() throws Exception {
        try (Broker kafka = Broker.start(folder.resolve("kafka"))) {
            configure(kafka);
            String[] settingsOfB = {"variants.name=b", "model.name=recurrent", "model.encoder=gru4rec", "model.dim=16"};
            FreshetProcess b = run("scorer,trainer", settingsOfB);
            try (FreshetProcess a = run("streams,trainer", "variants.name=a", "variants.shares=a=50,b=50");
                    FreshetProcess shadow = run(
                            "scorer",
                            "variants.name=s",
                            "scorer.shadow=true",
                            "kafka.main.consumer.auto.offset.reset=earliest")) {
                awaitTopics(kafka, Set.of("clicks", "sequences", "recommendations", "recommendations-shadow-s"));
                produce(kafka, 0, CLICKS_EACH / 2);
                awaitAnswers(kafka, "recommendations", USERS * CLICKS_EACH / 2);
                b.kill();
                produce(kafka, CLICKS_EACH / 2, CLICKS_EACH);
                try (FreshetProcess bAgain = run("scorer,trainer", settingsOfB)) {
                    List<JsonNode> answers = awaitAnswers(kafka, "recommendations", USERS * CLICKS_EACH);
                    assertThat(answers).extracting(RunIT::cause).doesNotHaveDuplicates();
                    assertThat(answers).allSatisfy(RunIT::assertIsOfItsUsersVariant);
                    assertThat(awaitAnswers(kafka, "recommendations-shadow-s", USERS * CLICKS_EACH))
                            .allSatisfy(answer -> assertThat(variant(answer)).isEqualTo("s"))
                            .extracting(RunIT::cause)
                            .doesNotHaveDuplicates();
                    awaitAnswersOfTheModels(kafka, Set.of("a", "b"));
                    assertThat(List.of(a.isAlive(), bAgain.isAlive(), shadow.isAlive()))
                            .containsOnly(true);
                }
            }
        }
    }

    private static void assertIsOfItsUsersVariant(JsonNode answer) {
        UserSplit halves = new UserSplit("", List.of(new UserSplit.Share("a", 50), new UserSplit.Share("b", 50)));
        byte[] user = answer.get("user_id").textValue().getBytes(UTF_8);
        assertThat(variant(answer)).isEqualTo(halves.variantOf(user));
    }

    /** Configures one state folder for all roles; each keeps its state there under its own name. */
    private void configure(Broker kafka) throws IOException {
        Files.writeString(folder.resolve("freshet.properties"), """
                kafka.bootstrap.servers=%s
                state.dir=%s
                topics.partitions=%d
                model.dim=32
                """.formatted(
                        kafka.bootstrapServers(), folder.resolve("state"), PARTITIONS));
    }

    private FreshetProcess run(String roles, String... settings) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("run", "--roles", roles, "--config"));
        arguments.add(folder.resolve("freshet.properties").toString());
        for (String setting : settings) {
            arguments.addAll(List.of("--set", setting));
        }
        return FreshetProcess.start(
                folder.resolve(roles + ".txt"), Map.of("FRESHET_LOG_FORMAT", "json"), arguments.toArray(String[]::new));
    }

    /** Waits until the roles have created the missing topics. */
    private static void awaitTopics(Broker kafka, Set<String> topics) {
        try (var consumer = consumer(kafka, "recommendations")) {
            await().atMost(TIMEOUT).until(() -> consumer.listTopics().keySet().containsAll(topics));
        }
    }

    private static void produce(Broker kafka, int from, int to) {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", (Object) kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = from; i < to; i++) {
                for (int u = 0; u < USERS; u++) {
                    String user = "user-" + u;
                    Click click = new Click(user, "item-" + (u + i) % CATALOGUE, 1_700_000_000_000L + i, null, null);
                    var _ = producer.send(
                            new ProducerRecord<>("clicks", user.getBytes(UTF_8), ClickCodec.toJson(click)));
                }
            }
        }
    }

    /** Reads committed answers until there are this many. */
    private List<JsonNode> awaitAnswers(Broker kafka, String topic, int count) throws IOException {
        List<JsonNode> answers = new ArrayList<>();
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        try (var consumer = consumer(kafka, topic)) {
            while (answers.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    answers.add(json.readTree(record.value()));
                }
            }
        }
        assertThat(answers).hasSize(count);
        return answers;
    }

    private static String cause(JsonNode answer) {
        return answer.at("/cause/partition") + "-" + answer.at("/cause/offset");
    }

    private static String variant(JsonNode answer) {
        return answer.path("variant").asText();
    }

    private void awaitAnswersOfTheModels(Broker kafka, Set<String> variants) throws IOException {
        Set<String> missing = new HashSet<>(variants);
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        int click = CLICKS_EACH;
        try (var consumer = consumer(kafka, "recommendations")) {
            while (!missing.isEmpty() && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    JsonNode answer = json.readTree(record.value());
                    if (answer.get("fallback") == null
                            && answer.at("/model/step").asLong() > 0) {
                        assertThat(answer.get("items")).hasSizeBetween(1, 10);
                        missing.remove(variant(answer));
                    }
                }
                produce(kafka, click, click + 1);
                click++;
            }
        }
        assertThat(missing)
                .as("variants without an answer of their model within %s", TIMEOUT)
                .isEmpty();
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Broker kafka, String topic) {
        var consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        (Object) kafka.bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "auto.offset.reset",
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }
}
