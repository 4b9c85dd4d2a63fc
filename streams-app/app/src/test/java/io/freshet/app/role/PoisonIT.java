package io.freshet.app.role;

import static io.freshet.app.role.RoleOnKafka.TIMEOUT;
import static io.freshet.app.role.RoleOnKafka.click;
import static io.freshet.app.role.RoleOnKafka.clickJson;
import static io.freshet.app.role.RoleOnKafka.header;
import static io.freshet.app.role.RoleOnKafka.read;
import static io.freshet.app.role.RoleOnKafka.readAll;
import static io.freshet.app.role.RoleOnKafka.started;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.output.OriginHeaders;
import io.freshet.service.output.RecordTimes;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.sequencer.UserSequences;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.testkit.broker.Broker;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.assignment.assignors.StickyTaskAssignor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks that refused output records and damaged stores do not end the role, and that no valid record is lost. */
@Tag(Broker.TAG)
@SuppressWarnings("NullAway.Init") // JUnit calls startBroker before each test.
final class PoisonIT {
    private static final int PARTITIONS = 2;
    private static final int MIB = 1 << 20;
    private static final String FIRST_ITEM = "the-first-item-of-u";

    @TempDir
    static Path folder;

    private static Broker kafka;

    private final long now = System.currentTimeMillis();

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

    @Test
    void shouldGoOnWhenWhatComesOfARecordIsTooLarge() throws Exception {
        FreshetConfig config = config("large", Map.of());
        TopicSetup.run(config, TIMEOUT);
        try (StreamsRole role = started(config)) {
            String clicks = config.get(TopicKeys.CLICKS);
            String requests = config.get(TopicKeys.REQUESTS);
            byte[] junk = new byte[1_048_400];
            new Random(1).nextBytes(junk);
            ask(config, record(clicks, "u", junk));
            ask(config, record(clicks, "u", new byte[5 * MIB]));
            ask(config, withHeader(record(clicks, "u", clickJson("u", "a", now))));
            ask(config, record(requests, "u", junk));
            ask(config, withHeader(record(requests, "u", "{\"user_id\":\"u\"}".getBytes(UTF_8))));
            ask(config, record(requests, "k".repeat(1_048_000), "{\"history\":[\"a\"]}".getBytes(UTF_8)));
            click(config, "u", clickJson("u", "b", now + 1));

            assertThat(read(config, config.get(TopicKeys.SEQUENCES), 2))
                    .allSatisfy(update -> assertThat(update.headers()).isEmpty());
            assertThat(read(config, config.get(TopicKeys.RECOMMENDATIONS), 3))
                    .allSatisfy(answer -> assertThat(answer.headers()).isEmpty());
            List<ConsumerRecord<byte[], byte[]>> letters = read(config, config.get(TopicKeys.DEAD_LETTERS), 4);
            assertThat(letters)
                    .extracting(letter -> header(letter, DeadLetterHeaders.REASON))
                    .containsExactlyInAnyOrder(
                            "record-too-large", "record-too-large", "not-json", DeadLetterHeaders.OUTPUT_TOO_LARGE);
            assertThat(letters).allSatisfy(letter -> {
                assertThat(letter.value().length).isLessThanOrEqualTo(524_288);
                assertThat(header(letter, OriginHeaders.TOPIC)).isIn(clicks, requests);
            });
            ConsumerRecord<byte[], byte[]> refused = letters.stream()
                    .filter(letter ->
                            header(letter, DeadLetterHeaders.REASON).equals(DeadLetterHeaders.OUTPUT_TOO_LARGE))
                    .findFirst()
                    .orElseThrow();
            assertThat(header(refused, DeadLetterHeaders.REFUSED_TOPIC))
                    .isEqualTo(config.get(TopicKeys.RECOMMENDATIONS));
            assertThat(header(refused, DeadLetterHeaders.KEY_LENGTH)).isEqualTo("1048000");
            assertThat(role.failure()).isEmpty();
        }
    }

    @Test
    void shouldTimeRecordsByTheWallClockWhenAnOutputRefusesTheirOwnTime() throws Exception {
        FreshetConfig config = config("times", Map.of());
        Map<String, String> narrow = Map.of("message.timestamp.before.max.ms", "600000");
        create(config.get(TopicKeys.CLICKS), Map.of("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)));
        create(config.get(TopicKeys.SEQUENCES), narrow);
        create(config.get(TopicKeys.DEAD_LETTERS), narrow);
        TopicSetup.run(config, TIMEOUT);
        long[] times = {now, now - 3_600_000, now - Duration.ofDays(400).toMillis(), 253_402_300_799_999L, now};
        try (StreamsRole role = started(config)) {
            for (int i = 0; i < times.length; i++) {
                ask(config, timed(config, clickJson("u", "item-" + i, now + i), times[i]));
                ask(config, timed(config, "{".getBytes(UTF_8), times[i]));
            }

            List<ConsumerRecord<byte[], byte[]>> sequences =
                    read(config, config.get(TopicKeys.SEQUENCES), times.length);
            assertThat(SequenceUpdateCodec.decode(sequences.getLast().value())
                            .sequence()
                            .interactions())
                    .extracting(Interaction::itemId)
                    .containsExactly("item-0", "item-1", "item-2", "item-3", "item-4");
            assertThat(header(sequences.get(3), RecordTimes.HEADER)).isEqualTo("253402300799999");
            read(config, config.get(TopicKeys.RECOMMENDATIONS), times.length);
            read(config, config.get(TopicKeys.DEAD_LETTERS), times.length);
            assertThat(role.failure()).isEmpty();
        }
    }

    @Test
    void shouldRefuseByItselfWhatATopicIsFoundToRefuse() throws Exception {
        FreshetConfig config = config("bounds", Map.of());
        create(config.get(TopicKeys.DEAD_LETTERS), Map.of("max.message.bytes", "20000", "cleanup.policy", "compact"));
        TopicSetup.run(config, TIMEOUT);
        byte[] junk = new byte[100_000];
        new Random(2).nextBytes(junk);
        try (StreamsRole role = started(config)) {
            for (int i = 0; i < 3; i++) {
                ask(config, record(config.get(TopicKeys.CLICKS), "u", junk));
                ask(config, record(config.get(TopicKeys.CLICKS), null, "{".getBytes(UTF_8)));
                click(config, "u", clickJson("u", "item-" + i, now + i));
            }
            read(config, config.get(TopicKeys.RECOMMENDATIONS), 3);
            assertThat(role.failure()).isEmpty();
        }
    }

    @Test
    void shouldRestoreAStoreThatCannotBeOpened() throws Exception {
        restore("unopened", files -> {
            for (Path file : files) {
                if (file.getFileName().toString().startsWith("MANIFEST")) {
                    Files.write(file, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
                }
            }
        });
    }

    @Test
    void shouldRestoreAStoreThatCannotBeRead() throws Exception {
        restore("unread", PoisonIT::damageTheBlockOfTheFirstUser);
    }

    /** The records before the one that needs the damaged block are part of the same transaction. */
    @Test
    void shouldAnswerEachClickOnceWhenAStoreCannotBeReadAmidATransaction() throws Exception {
        FreshetConfig config = config("amid", Map.of("streams.commit.interval.ms", "2000"));
        TopicSetup.run(config, TIMEOUT);
        int partition;
        try (StreamsRole _ = started(config)) {
            partition = click(config, "u", clickJson("u", FIRST_ITEM, now)).partition();
            read(config, config.get(TopicKeys.RECOMMENDATIONS), 1);
        }
        damageTheBlockOfTheFirstUser(filesOfStores(config.streamsStateDir()));
        List<String> users = othersOf(partition);
        try (StreamsRole role = started(config)) {
            try (var producer = new KafkaProducer<>(
                    config.kafka().forProducer(), new ByteArraySerializer(), new ByteArraySerializer())) {
                for (String user : users) {
                    var _ = producer.send(record(config.get(TopicKeys.CLICKS), user, clickJson(user, "a", now)));
                }
                var _ = producer.send(record(config.get(TopicKeys.CLICKS), "u", clickJson("u", "b", now + 1)));
            }
            List<ConsumerRecord<byte[], byte[]>> updates =
                    read(config, config.get(TopicKeys.SEQUENCES), users.size() + 2);
            assertThat(updates)
                    .allSatisfy(update -> assertThat(SequenceUpdateCodec.decode(update.value())
                                    .sequence()
                                    .interactions())
                            .extracting(Interaction::itemId)
                            .doesNotHaveDuplicates());
            read(config, config.get(TopicKeys.RECOMMENDATIONS), users.size() + 2);
            assertThat(role.failure()).isEmpty();
        }
        assertThat(readAll(config, config.get(TopicKeys.SEQUENCES))).hasSize(users.size() + 2);
        assertThat(readAll(config, config.get(TopicKeys.RECOMMENDATIONS))).hasSize(users.size() + 2);
        assertThatADamagedStoreIsKept(config);
    }

    /** The damage is found by a query of the copy, not by processing. */
    @Test
    void shouldRestoreAStandbyCopyThatCannotBeRead() throws Exception {
        // Sticky, so that the role that has the task keeps it.
        Map<String, String> settings = Map.of(
                "kafka.num.standby.replicas", "1", "kafka.task.assignor.class", StickyTaskAssignor.class.getName());
        FreshetConfig config = RoleOnKafka.config(kafka, "copied", 1, folder.resolve("copied"), settings);
        FreshetConfig copy = RoleOnKafka.config(kafka, "copied", 1, folder.resolve("copy"), settings);
        TopicSetup.run(config, TIMEOUT);
        try (StreamsRole role = started(config)) {
            click(config, "u", clickJson("u", FIRST_ITEM, now));
            read(config, config.get(TopicKeys.RECOMMENDATIONS), 1);
            try (StreamsRole standby = started(copy)) {
                awaitFirstUser(standby);
            }
            damageTheBlockOfTheFirstUser(filesOfStores(copy.streamsStateDir()));
            try (StreamsRole standby = started(copy)) {
                await().atMost(TIMEOUT).until(() -> {
                    boolean _ = isThere(standby);
                    return Files.exists(copy.streamsStateDir().resolve("copied.damaged"));
                });
                awaitFirstUser(standby);
                assertThat(standby.failure()).isEmpty();
            }
            assertThat(role.failure()).isEmpty();
        }
        assertThatADamagedStoreIsKept(copy);
    }

    private static void awaitFirstUser(StreamsRole role) {
        await().atMost(TIMEOUT).until(() -> isThere(role));
    }

    private static boolean isThere(StreamsRole role) {
        return role.users().read("u", 0, true) instanceof UserSequences.Reading.Here here && here.sequence() != null;
    }

    /** Returns names of users whose clicks are in a partition, and who are sorted after the first user. */
    private static List<String> othersOf(int partition) {
        return IntStream.range(0, 100)
                .mapToObj(i -> "v" + i)
                .filter(user -> Utils.toPositive(Utils.murmur2(user.getBytes(UTF_8))) % PARTITIONS == partition)
                .toList();
    }

    /** Damages only files with the first user, so that the store can still be opened. */
    private static void damageTheBlockOfTheFirstUser(List<Path> files) throws IOException {
        for (Path file : files) {
            if (file.toString().endsWith(".sst")
                    && Files.readString(file, ISO_8859_1).contains(FIRST_ITEM)) {
                try (RandomAccessFile table = new RandomAccessFile(file.toFile(), "rw")) {
                    table.seek(4);
                    table.write(new byte[] {-1, -1, -1, -1});
                }
            }
        }
    }

    private interface Damage {
        void to(List<Path> files) throws IOException;
    }

    private void restore(String name, Damage damage) throws Exception {
        FreshetConfig config = config(name, Map.of());
        TopicSetup.run(config, TIMEOUT);
        try (StreamsRole _ = started(config)) {
            click(config, "u", clickJson("u", FIRST_ITEM, now));
            read(config, config.get(TopicKeys.RECOMMENDATIONS), 1);
        }
        damage.to(filesOfStores(config.streamsStateDir()));
        try (StreamsRole role = started(config)) {
            click(config, "u", clickJson("u", "b", now + 1));
            ConsumerRecord<byte[], byte[]> update =
                    read(config, config.get(TopicKeys.SEQUENCES), 2).getLast();
            assertThat(SequenceUpdateCodec.decode(update.value()).sequence().interactions())
                    .extracting(Interaction::itemId)
                    .containsExactly(FIRST_ITEM, "b");
            read(config, config.get(TopicKeys.RECOMMENDATIONS), 2);
            assertThat(role.failure()).isEmpty();
        }
        assertThatADamagedStoreIsKept(config);
    }

    private static void assertThatADamagedStoreIsKept(FreshetConfig config) throws IOException {
        try (Stream<Path> kept =
                Files.list(config.streamsStateDir().resolve(config.get(ProcessKeys.APPLICATION_ID) + ".damaged"))) {
            assertThat(kept)
                    .isNotEmpty()
                    .allMatch(store -> store.getFileName().toString().endsWith("-user-sequences"));
        }
    }

    private static List<Path> filesOfStores(Path stateDir) throws IOException {
        try (Stream<Path> files = Files.walk(stateDir)) {
            return files.filter(file -> Files.isRegularFile(file)
                            && Objects.requireNonNull(file.getParent()).endsWith("user-sequences"))
                    .toList();
        }
    }

    private static FreshetConfig config(String name, Map<String, String> more) {
        return RoleOnKafka.config(kafka, name, PARTITIONS, folder.resolve(name), more);
    }

    private static void create(String topic, Map<String, String> settings) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1).configs(settings)))
                    .all()
                    .get();
            await().atMost(TIMEOUT)
                    .until(() -> admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
                            .flatMap(described -> described.partitions().stream())
                            .allMatch(partition -> partition.leader() != null));
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, @Nullable String key, byte[] value) {
        byte @Nullable [] keyBytes = key == null ? null : key.getBytes(UTF_8);
        return new ProducerRecord<>(topic, keyBytes, value);
    }

    private static ProducerRecord<byte[], byte[]> timed(FreshetConfig config, byte[] value, long timestampMs) {
        return new ProducerRecord<>(config.get(TopicKeys.CLICKS), null, timestampMs, "u".getBytes(UTF_8), value);
    }

    private static ProducerRecord<byte[], byte[]> withHeader(ProducerRecord<byte[], byte[]> record) {
        record.headers().add("mine", new byte[5 * MIB]);
        return record;
    }

    /** Sends with compression, which allows a batch with more than a mebibyte of data. */
    private static void ask(FreshetConfig config, ProducerRecord<byte[], byte[]> record) throws Exception {
        Map<String, Object> properties = config.kafka().forProducer();
        properties.put(
                "compression.type",
                record.value().length > MIB || record.headers().toArray().length > 0 ? "gzip" : "none");
        properties.put("max.request.size", 10 * MIB);
        try (var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(record).get();
        }
    }
}
