package io.freshet.app.role;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.cli.Freshet;
import io.freshet.client.click.Click;
import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.output.ImportMark;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TrainerRole;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.store.sequence.UserSequence;
import io.freshet.testkit.broker.Broker;
import io.freshet.testkit.process.FreshetProcess;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code freshet import} on a real broker. */
@Tag(Broker.TAG)
@SuppressWarnings("NullAway.Init") // JUnit calls startBroker before each test.
final class ImportIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final int USERS = 30;
    private static final int CLICKS_EACH = 10;
    private static final int ITEMS = USERS + CLICKS_EACH - 1;
    private static final Duration GAP = Duration.ofDays(100); // longer than the idle retention

    @TempDir
    static Path folder;

    private static Broker kafka;

    @BeforeAll
    static void startBroker() throws IOException {
        kafka = Broker.start(folder.resolve("kafka"));
    }

    @AfterAll
    static void stopBroker() {
        if (kafka != null) {
            kafka.close();
        }
    }

    /** Clicks over years, of which the newest is a year old. Sorted by user, then by time. */
    private static List<Click> past() {
        List<Click> clicks = new ArrayList<>();
        long last = Instant.now().minus(Duration.ofDays(365)).toEpochMilli();
        for (int u = 0; u < USERS; u++) {
            for (int i = 0; i < CLICKS_EACH; i++) {
                long time = last - (CLICKS_EACH - 1 - i) * GAP.toMillis() - 1_000L * u;
                clicks.add(new Click("user-" + u, "item-" + (u + i), time, null, null));
            }
        }
        return clicks;
    }

    private static Path write(String name, List<Click> clicks) throws IOException {
        StringBuilder text = new StringBuilder("user,item,time\n");
        clicks.forEach(click -> text.append(click.userId())
                .append(',')
                .append(click.itemId())
                .append(',')
                .append(click.timestampMs())
                .append('\n'));
        return Files.writeString(folder.resolve(name), text);
    }

    private static FreshetConfig config(String name, int partitions) throws IOException {
        Map<String, String> settings = RoleOnKafka.settings(kafka, name, partitions, folder);
        RoleOnKafka.write(configFile(name), settings);
        return FreshetConfig.of(settings);
    }

    private static Path configFile(String name) {
        return folder.resolve(name + ".properties");
    }

    private static List<String> arguments(String name, Path file, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "import",
                "--config",
                configFile(name).toString(),
                "--clicks",
                file.toString(),
                "--json",
                folder.resolve(name + ".json").toString()));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private static JsonNode imported(String name, Path file, String... more) throws IOException {
        assertThat(execute(name, file, more)).isZero();
        return report(name);
    }

    private static int execute(String name, Path file, String... more) {
        return Freshet.commandLine().execute(arguments(name, file, more).toArray(String[]::new));
    }

    private static JsonNode report(String name) throws IOException {
        return new ObjectMapper()
                .readTree(Files.readAllBytes(folder.resolve(name + ".json")))
                .get("result");
    }

    /** Returns the timestamps in the trainer's journal. */
    private static List<Long> learnedClickTimes(FreshetConfig config) {
        return RoleOnKafka.readAll(config, config.get(TopicKeys.MODEL_LOG)).stream()
                .map(record -> ModelLogCodec.decode(record.value()))
                .filter(StepRecord.class::isInstance)
                .flatMapToLong(step -> LongStream.of(((StepRecord) step).clickTimestampsMs()))
                .boxed()
                .toList();
    }

    /** Returns the newest sequence of each user. */
    private static Map<String, UserSequence> sequences(FreshetConfig config) {
        Map<String, UserSequence> sequences = new HashMap<>();
        RoleOnKafka.readAll(config, config.get(TopicKeys.SEQUENCES))
                .forEach(record -> sequences.put(
                        new String(record.key(), UTF_8),
                        SequenceUpdateCodec.decode(record.value()).sequence()));
        return sequences;
    }

    @Test
    void shouldMakeTheSameHistoriesInAnyOrderAndAnswerOnlyLiveClicks() throws Exception {
        List<Click> past = past();
        Path byUser = write("by-user.csv", past);
        Path byTime = write(
                "by-time.csv",
                past.stream()
                        .sorted(Comparator.comparingLong(Click::timestampMs))
                        .toList());
        FreshetConfig other = config("ordered", 1);
        TopicSetup.run(other, RoleOnKafka.TIMEOUT);
        try (StreamsRole streams = RoleOnKafka.started(other)) {
            JsonNode result = imported("ordered", byTime);
            assertThat(result.at("/outcomes/accepted").asLong()).isEqualTo(past.size());
            assertThat(streams.failure()).isEmpty();
        }
        FreshetConfig config = config("unordered", 1);
        TopicSetup.run(config, RoleOnKafka.TIMEOUT);
        FileSnapshotStore store = new FileSnapshotStore(config.modelStorePath());
        try (StreamsRole streams = RoleOnKafka.started(config);
                TrainerRole trainer = new TrainerRole(config, store, new SimpleMeterRegistry(), Clock.systemUTC())) {
            trainer.start();
            JsonNode result = imported("unordered", byUser);
            assertThat(result.at("/outcomes/accepted").asLong()).isEqualTo(past.size());
            assertThat(result.at("/outcomes/dead_letters").asLong()).isZero();
            assertThat(result.at("/outcomes/dropped").asLong()).isZero();
            await().atMost(TIMEOUT)
                    .until(() -> trainer.status().items() == ITEMS
                            && trainer.status().lag() == 0);
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(learnedClickTimes(config))
                            .hasSize(past.size())
                            .containsOnly(StepRecord.IMPORTED));

            Map<String, UserSequence> histories = sequences(config);
            assertThat(histories).isEqualTo(sequences(other)).hasSize(USERS);
            assertThat(histories.values()).allMatch(history -> history.size() == CLICKS_EACH);
            assertThat(RoleOnKafka.readAll(config, config.get(TopicKeys.RECOMMENDATIONS)))
                    .isEmpty();

            assertThatOldUsersGoOn(config, histories);
            assertThat(streams.failure()).isEmpty();
            assertThat(trainer.failure()).isEmpty();
        }
    }

    /** Old users return after so many new ones that the time of clicks is now. */
    private static void assertThatOldUsersGoOn(FreshetConfig config, Map<String, UserSequence> histories)
            throws Exception {
        long now = System.currentTimeMillis();
        int others = 8;
        for (int u = 0; u < others; u++) {
            RoleOnKafka.click(config, "new-" + u, RoleOnKafka.clickJson("new-" + u, "item-1", now));
        }
        RoleOnKafka.click(config, "user-3", RoleOnKafka.clickJson("user-3", "item-40", now));
        List<ConsumerRecord<byte[], byte[]>> answers =
                RoleOnKafka.read(config, config.get(TopicKeys.RECOMMENDATIONS), others + 1);
        assertThat(answers)
                .extracting(answer -> new String(answer.key(), UTF_8))
                .contains("user-3");
        List<Interaction> expected = new ArrayList<>(historyOf("user-3", histories));
        expected.add(new Interaction("item-40", now, null, Interaction.NO_EVENT_ID));
        assertThat(historyOf("user-3", sequences(config))).isEqualTo(expected);
    }

    private static List<Interaction> historyOf(String user, Map<String, UserSequence> sequences) {
        return sequences.getOrDefault(user, UserSequence.EMPTY).interactions();
    }

    @Test
    void shouldSendEachClickOnceWhenItIsEndedAndKilledBesideOtherProducers() throws Exception {
        FreshetConfig config = config("killed", 2);
        TopicSetup.run(config, RoleOnKafka.TIMEOUT);
        List<Click> past = past();
        Path file = write("killed.csv", past);
        RoleOnKafka.click(config, "live", RoleOnKafka.clickJson("live", "item-1", System.currentTimeMillis()));
        String[] slowly = {"--no-wait", "--rate", "5"};

        try (FreshetProcess ended = start(arguments("killed", file, slowly))) {
            awaitClicks(config, 41);
            ended.terminate();
            ended.await(TIMEOUT);
        }
        long sent = report("killed").get("sent").asLong();
        assertThat(sent).isBetween(40L, past.size() - 1L);
        RoleOnKafka.click(config, "live", RoleOnKafka.clickJson("live", "item-2", System.currentTimeMillis()));
        try (FreshetProcess killed = start(arguments("killed", file, slowly))) {
            awaitClicks(config, sent + 2 + 40);
            killed.kill();
        }
        RoleOnKafka.click(config, "live", RoleOnKafka.clickJson("live", "item-3", System.currentTimeMillis()));
        JsonNode result = imported("killed", file, "--no-wait");
        assertThat(result.get("sent").asLong() + result.get("sent_before").asLong())
                .isEqualTo(past.size());
        assertThat(result.get("sent_before").asLong()).isGreaterThanOrEqualTo(sent + 40);
        String id = result.get("import_id").textValue();
        assertThat(positions(config, id)).isEqualTo(oneTo(past.size()));

        assertThat(imported("killed", file, "--no-wait").get("sent").asLong()).isZero();
        JsonNode another = imported("killed", write("another.csv", past.subList(0, 100)), "--no-wait");
        assertThat(another.get("sent").asLong()).isEqualTo(100);
        assertThat(positions(config, another.get("import_id").textValue())).isEqualTo(oneTo(100));
        assertThat(positions(config, id)).isEqualTo(oneTo(past.size()));
        assertThat(clicks(config))
                .hasSize(past.size() + 100 + 3)
                .filteredOn(click -> ImportMark.isOn(click.headers()))
                .allMatch(click -> ClickFormat.isMarkedAsOwn(click.headers()));
    }

    @Test
    void shouldSendNothingBehindAClickThatTheBrokerRefuses() throws Exception {
        FreshetConfig config = config("hole", 1);
        TopicSetup.run(config, RoleOnKafka.TIMEOUT);
        List<Click> clicks = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            clicks.add(
                    new Click("u" + i % 7, (i == 100 ? "x".repeat(250) : "") + i, 1_600_000_000_000L + i, null, null));
        }
        Path file = write("hole.csv", clicks);

        setLongestRecord(config, 400);
        assertThat(execute("hole", file, "--no-wait")).isEqualTo(1);
        assertThat(clicks(config)).hasSizeLessThan(100);

        setLongestRecord(config, 1 << 20);
        String id = imported("hole", file, "--no-wait").get("import_id").textValue();
        assertThat(positions(config, id)).isEqualTo(oneTo(clicks.size()));
    }

    private static void setLongestRecord(FreshetConfig config, int bytes) throws Exception {
        AlterConfigOp set = new AlterConfigOp(
                new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(bytes)),
                AlterConfigOp.OpType.SET);
        try (Admin admin = Admin.create(config.kafka().forAdmin())) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, config.get(TopicKeys.CLICKS)), List.of(set)))
                    .all()
                    .get();
        }
    }

    @Test
    void shouldFailWhenClicksGoToTheDeadLetters() throws Exception {
        List<Click> past = past();
        TopicSetup.run(config("dead", 1), RoleOnKafka.TIMEOUT);
        Map<String, String> stricter = RoleOnKafka.settings(kafka, "dead", 1, folder);
        // Refuses the older half of each user's clicks.
        Instant earliest = Instant.now()
                .minus(Duration.ofDays(365))
                .minus(GAP.multipliedBy(CLICKS_EACH - 1).dividedBy(2));
        stricter.put("sequencer.earliest.click.ms", Long.toString(earliest.toEpochMilli()));
        try (StreamsRole streams = RoleOnKafka.started(FreshetConfig.of(stricter))) {
            assertThat(execute("dead", write("dead.csv", past))).isEqualTo(1);
            assertThat(report("dead").at("/outcomes/dead_letters").asLong()).isEqualTo(past.size() / 2);
            assertThat(report("dead").at("/outcomes/accepted").asLong()).isEqualTo(past.size() / 2);
            assertThat(streams.failure()).isEmpty();
        }
    }

    private static FreshetProcess start(List<String> arguments) throws IOException {
        return FreshetProcess.start(folder.resolve("import.txt"), arguments.toArray(String[]::new));
    }

    private static void awaitClicks(FreshetConfig config, long atLeast) {
        await().atMost(TIMEOUT).until(() -> clicks(config).size() >= atLeast);
    }

    private static List<ConsumerRecord<byte[], byte[]>> clicks(FreshetConfig config) {
        return RoleOnKafka.readAll(config, config.get(TopicKeys.CLICKS));
    }

    /** Returns the positions of an import's clicks, ascending. */
    private static List<Long> positions(FreshetConfig config, String importId) {
        return clicks(config).stream()
                .filter(click -> ImportMark.isOn(click.headers()))
                .filter(click -> RoleOnKafka.header(click, ImportMark.HEADER).equals(importId))
                .map(click -> ByteBuffer.wrap(click.headers()
                                .lastHeader("freshet-source-position")
                                .value())
                        .getLong())
                .sorted()
                .toList();
    }

    private static List<Long> oneTo(int last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    @Test
    void shouldRefuseClicksThatTheStreamsRoleWouldRefuse() throws Exception {
        config("refused", 1);
        Path file = write(
                "refused.csv",
                List.of(new Click(
                        "u", "a", Instant.parse("1999-01-01T00:00:00Z").toEpochMilli(), null, null)));
        assertThat(execute("refused", file, "--no-wait")).isEqualTo(2);
        assertThat(execute("refused", file, "--rate", "0")).isEqualTo(2);
    }
}
