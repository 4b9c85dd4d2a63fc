package io.freshet.service.upgrade;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.model.recommender.SnapshotPlatform;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TrainerRole;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.modellog.InputRange;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.ModelLogRecord;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.store.sequence.UserSequenceCodec;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import io.freshet.testkit.broker.Broker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs this version's roles on what a run of an earlier version left behind ({@link OldRun}): topics, changelogs, committed
 * offsets and snapshots.
 */
@SuppressWarnings("NullAway.Init") // JUnit calls the method that sets the fields before each test.
final class UpgradeIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int USERS = 24;
    private static final int OLD_STEPS = 56;
    private static final String NEWEST = "000000000056-a587c6270edb";
    private static final String ONE_BEFORE = "000000000034-c455b2b581e5";
    private static final Set<String> REFUSALS = Set.of(
            "freshet.clicks.dead.letters",
            "freshet.requests.dead.letters",
            "freshet.stores.unreadable.values",
            "freshet.model.refused",
            "freshet.outputs.refused",
            "freshet.records.failed",
            "freshet.records.skipped",
            "freshet.trainer.undecodable",
            "freshet.trainer.log.undecodable",
            "freshet.trainer.snapshot.failures",
            "freshet.trainer.restarts");

    @TempDir
    Path folder;

    private OldRun old;
    private Broker kafka;
    private long clickMs;

    @BeforeEach
    void writeWhatTheOldRunLeft() throws Exception {
        old = OldRun.read();
        clickMs = old.of("clicks").stream()
                .mapToLong(OldRecord::timestampMs)
                .max()
                .orElseThrow();
        kafka = Broker.start(folder.resolve("kafka"));
        TopicSetup.run(config("first"), PATIENCE);
        old.writeTo(kafka.bootstrapServers());
        OldRun.unpackModels(folder.resolve("models"));
    }

    @AfterEach
    void stopBroker() {
        kafka.close();
    }

    /** @param instance name of the state folder */
    private FreshetConfig config(String instance) throws IOException {
        Map<String, String> settings = new HashMap<>(OldRun.settings());
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("state.dir", folder.resolve(instance).toString());
        settings.put("model.store.path", folder.resolve("models").toString());
        settings.put("streams.instance.id", instance);
        // The old records must not expire, however old they are when this runs.
        settings.put(
                "topics.retention.ms", Long.toString(Duration.ofDays(36_500).toMillis()));
        settings.put("online.snapshot.interval.ms", "2000");
        settings.put("online.publish.interval.ms", "200");
        return FreshetConfig.of(settings);
    }

    @Test
    void shouldGoOnWithUsersAndTheModelWhenAnEarlierVersionRanBefore() throws Exception {
        try (Roles roles = new Roles(config("first"))) {
            roles.awaitServing();
            feed(60);
            awaitLearned(old.of("sequences").size() + 60);
            awaitAnswers(60);
            roles.awaitLineage(1);
            roles.assertNothingIsRefused();
            assertThat(roles.trainer.status().mismatches()).isZero();
        }

        assertHistoriesGoOn();
        assertEachRecordIsLearnedFromOnce();
        assertAnswersComeFromTheModel(60);
        Manifest newest = assertNewLineageFrom(NEWEST);
        assertThat(newest.formatVersion()).isEqualTo(Manifest.FORMAT_VERSION);
    }

    @Test
    void shouldRerunTheJournalOfAnEarlierVersionWhenItsNewestSnapshotIsLost() throws Exception {
        deleteNewestSnapshot();
        try (Roles roles = new Roles(config("first"))) {
            feed(20);
            awaitLearned(old.of("sequences").size() + 20);
            roles.awaitServing();
            roles.awaitLineage(1);
            roles.assertNothingIsRefusedBut("freshet.model.refused");
        }

        assertEachRecordIsLearnedFromOnce();
        // With 20 clicks alone it could not have passed the old steps.
        assertNewLineageFrom(ONE_BEFORE);
    }

    /** Checks that the newest snapshot has a new lineage because the old one was computed with another arithmetic. */
    private Manifest assertNewLineageFrom(String version) throws Exception {
        FileSnapshotStore store = store();
        Manifest old = store.manifest("default", version);
        Manifest newest = store.manifest("default", store.versions("default").getLast());
        assertThat(SnapshotPlatform.arithmetic(newest)).isNotEqualTo(SnapshotPlatform.arithmetic(old));
        assertThat(old.lineage()).isEqualTo(Manifest.NO_LINEAGE);
        assertThat(newest.lineage()).isEqualTo(1);
        assertThat(newest.step()).isGreaterThan(OLD_STEPS);
        return newest;
    }

    @Test
    void shouldReadOldRecordsBetweenNewOnesWhenInstancesOfBothVersionsRun() throws Exception {
        try (Roles roles = new Roles(config("first"))) {
            roles.awaitServing();
            feed(30);
            awaitLearned(old.of("sequences").size() + 30);
            awaitAnswers(30);
            roles.awaitLineage(1);
        }
        // Records that an instance of the earlier version writes while it still runs: sequences, answers, and popular
        // items.
        List<OldRecord> late = Stream.of("sequences", "recommendations", "popular-items")
                .flatMap(topic -> old.of(topic).reversed().stream().limit(10))
                .toList();
        OldRun.append(kafka.bootstrapServers(), late);

        try (Roles roles = new Roles(config("second"))) {
            roles.awaitServing();
            feed(30);
            awaitLearned(old.of("sequences").size() + 30 + 10 + 30);
            awaitAnswers(30 + 10 + 30);
            roles.assertNothingIsRefused();
            assertThat(roles.trainer.status().mismatches()).isZero();
        }

        assertEachRecordIsLearnedFromOnce();
        assertThat(versions("model-log")).contains("465302", "464403", "464e01");
        assertThat(versions("model-deltas")).containsOnly("464407");
        assertThat(versions("popular-items")).contains("465002", "465003");
        assertThat(versions("sequences")).containsOnly("465501");
        assertThat(versions("freshet-user-sequences-changelog")).containsOnly("465101");
        assertThat(read("model-manifests").stream()
                        .filter(record -> record.value() != null)
                        .map(record -> ManifestCodec.parse(record.value()).formatVersion()))
                .contains(2, Manifest.FORMAT_VERSION);
        assertThat(read("freshet-user-sequences-changelog"))
                .allSatisfy(record -> assertThat(
                                UserSequenceCodec.decode(record.value()).size())
                        .isPositive());
    }

    /** Both roles in this process. */
    private static final class Roles implements AutoCloseable {
        private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
        private final StreamsRole streams;
        private final TrainerRole trainer;

        Roles(FreshetConfig config) throws InterruptedException {
            FileSnapshotStore store = new FileSnapshotStore(config.modelStorePath());
            streams = new StreamsRole(config, store, registry, Clock.systemUTC());
            trainer = new TrainerRole(config, store, registry, Clock.systemUTC());
            streams.start();
            trainer.start();
            assertThat(streams.awaitRunning(PATIENCE))
                    .as("running within %s", PATIENCE)
                    .isTrue();
        }

        void awaitServing() {
            await().atMost(PATIENCE).until(() -> streams.liveModel().isLoaded());
        }

        void awaitLineage(long lineage) {
            await().atMost(PATIENCE)
                    .until(() -> registry.get("freshet.model.lineage").gauge().value() == lineage);
        }

        void assertNothingIsRefused() {
            assertNothingIsRefusedBut("");
        }

        void assertNothingIsRefusedBut(String expected) {
            Map<String, Double> counted = new HashMap<>();
            registry.getMeters().stream()
                    .filter(meter -> REFUSALS.contains(meter.getId().getName()))
                    .filter(Counter.class::isInstance)
                    .map(Counter.class::cast)
                    .forEach(counter -> counted.merge(counter.getId().getName(), counter.count(), Double::sum));
            assertThat(counted.keySet()).containsExactlyInAnyOrderElementsOf(REFUSALS);
            counted.remove(expected);
            assertThat(counted)
                    .allSatisfy((name, count) -> assertThat(count).as(name).isZero());
        }

        @Override
        public void close() {
            trainer.close();
            streams.close();
        }
    }

    /** Writes new clicks, each a second after the previous one, of all users in turn. */
    private void feed(int clicks) {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < clicks; i++) {
                clickMs += 1_000;
                String item = i % 4 == 0 ? "new-item-" + i : "item-" + i;
                Click click = new Click("user-" + i % USERS, item, clickMs, "view", null);
                var _ = producer.send(new ProducerRecord<>(
                        "clicks", null, clickMs, click.userId().getBytes(UTF_8), ClickCodec.toJson(click)));
            }
        }
    }

    private void awaitLearned(int records) {
        await().atMost(PATIENCE)
                .until(() -> steps().stream()
                                .mapToInt(step -> step.clickTimestampsMs().length)
                                .sum()
                        >= records);
    }

    private void awaitAnswers(int beyondOldOnes) {
        int answers = old.of("recommendations").size() + beyondOldOnes;
        await().atMost(PATIENCE).until(() -> read("recommendations").size() >= answers);
    }

    private List<StepRecord> steps() {
        return read("model-log").stream()
                .<ModelLogRecord>map(record -> ModelLogCodec.decode(record.value()))
                .filter(StepRecord.class::isInstance)
                .map(StepRecord.class::cast)
                .toList();
    }

    /** Asserts that each new sequence of a user begins with the user's earlier history. */
    private void assertHistoriesGoOn() {
        Map<String, List<Interaction>> newest = new HashMap<>();
        int grown = 0;
        for (ConsumerRecord<byte[], byte[]> record : read("sequences")) {
            SequenceUpdate update = SequenceUpdateCodec.decode(record.value());
            List<Interaction> now = update.sequence().interactions();
            List<Interaction> before = newest.put(new String(record.key(), UTF_8), now);
            if (before != null) {
                assertThat(now).startsWith(before.toArray(Interaction[]::new));
                grown += now.getLast().itemId().startsWith("new-") && before.size() > 1 ? 1 : 0;
            }
        }
        assertThat(grown).isGreaterThan(10);
    }

    /** Asserts that the steps follow each other, and that each record of the sequences is in one of them. */
    private void assertEachRecordIsLearnedFromOnce() {
        List<StepRecord> steps = steps();
        assertThat(steps)
                .extracting(StepRecord::step)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, steps.size()).boxed().toList());
        List<ConsumerRecord<byte[], byte[]>> sequences = read("sequences");
        Map<Integer, Long> next = new HashMap<>();
        int learned = 0;
        int covered = 0;
        for (StepRecord step : steps) {
            learned += step.clickTimestampsMs().length;
            for (InputRange range : step.ranges()) {
                assertThat(range.from())
                        .as("range %s of step %d", range, step.step())
                        .isGreaterThanOrEqualTo(next.getOrDefault(range.partition(), 0L));
                next.put(range.partition(), range.to());
                covered += (int) sequences.stream()
                        .filter(record -> record.partition() == range.partition()
                                && record.offset() >= range.from()
                                && record.offset() < range.to())
                        .count();
            }
        }
        assertThat(learned).isEqualTo(sequences.size());
        assertThat(covered).isEqualTo(sequences.size());
    }

    private void assertAnswersComeFromTheModel(int newest) throws IOException {
        List<ConsumerRecord<byte[], byte[]>> answers = read("recommendations").stream()
                .filter(record -> record.timestamp() > oldTimestampMs())
                .toList();
        assertThat(answers).hasSize(newest);
        for (ConsumerRecord<byte[], byte[]> answer : answers) {
            JsonNode json = new ObjectMapper().readTree(answer.value());
            assertThat(json.has("fallback")).as("%s", json).isFalse();
            assertThat(json.get("items").size()).isPositive();
        }
    }

    private long oldTimestampMs() {
        return old.of("recommendations").stream()
                .mapToLong(OldRecord::timestampMs)
                .max()
                .orElseThrow();
    }

    /** Returns the first bytes of a topic's binary records: magic, kind and version. */
    private Set<String> versions(String topic) {
        Set<String> versions = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> record : read(topic)) {
            versions.add(HexFormat.of().formatHex(record.value(), 0, 3));
            if (topic.startsWith("model-") && ModelLogCodec.decode(record.value()) instanceof ModelDelta delta) {
                assertThat(delta.lineage()).isEqualTo(record.value()[2] == 3 ? 0 : 1);
            }
        }
        return versions;
    }

    private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "none");
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(50)).forEach(records::add);
            }
        }
        return records;
    }

    private FileSnapshotStore store() {
        return new FileSnapshotStore(folder.resolve("models"));
    }

    private void deleteNewestSnapshot() throws IOException {
        Path snapshot = folder.resolve("models").resolve("default").resolve(NEWEST);
        try (Stream<Path> files = Files.list(snapshot)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(snapshot);
    }
}
