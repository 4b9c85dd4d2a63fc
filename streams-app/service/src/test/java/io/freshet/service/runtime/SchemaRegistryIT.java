package io.freshet.service.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.apicurio.registry.serde.avro.AvroKafkaDeserializer;
import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.http.route.AnsweringHealth;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.testkit.broker.Broker;
import io.freshet.testkit.broker.TcpProxy;
import io.freshet.testkit.process.Registry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The streams role on a real broker, with a schema registry behind a proxy that can be cut. */
@Tag(Broker.TAG)
@SuppressWarnings("NullAway.Init") // JUnit calls start before each test.
final class SchemaRegistryIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(90);
    private static final String SCHEMA = """
            {"type": "record", "name": "Click", "fields": [
              {"name": "user_id", "type": "string"},
              {"name": "item_id", "type": "string"},
              {"name": "timestamp", "type": "long"}]}""";
    private static final String OTHER_SCHEMA = """
            {"type": "record", "name": "Order", "fields": [{"name": "order_id", "type": "string"}]}""";

    @TempDir
    static Path folder;

    private static Broker kafka;
    private static Registry registry;

    private final long now = System.currentTimeMillis();
    private final MeterRegistry meters = new SimpleMeterRegistry();

    @BeforeAll
    static void start() throws IOException {
        registry = Registry.start(folder.resolve("registry.log"));
        kafka = Broker.start(folder.resolve("kafka"));
    }

    @AfterAll
    static void stop() {
        if (kafka != null) {
            kafka.close();
        }
        if (registry != null) {
            registry.close();
        }
    }

    @Test
    void shouldMakeDeadLettersOfUnknownAndUnusableSchemas() throws Exception {
        FreshetConfig config = config("dead", registry.address(), Map.of("clicks.format", "avro"));
        int known = register("dead-value", SCHEMA);
        int unusable = register("dead-orders-value", OTHER_SCHEMA);
        TopicSetup.run(config, TIMEOUT);
        try (StreamsRole role = started(config)) {
            send(config, click(987_654, "x"));
            send(config, click(unusable, "x"));
            send(config, click(987_654, "x"));
            send(config, click(known, "a"));

            assertThat(items(read(config, TopicKeys.SEQUENCES, 1))).containsExactly("a");
            List<ConsumerRecord<byte[], byte[]>> letters = read(config, TopicKeys.DEAD_LETTERS, 3);
            assertThat(letters)
                    .extracting(letter -> header(letter, DeadLetterHeaders.REASON))
                    .containsExactly("unknown-schema", "unusable-schema", "unknown-schema");
            assertThat(header(letters.getFirst(), DeadLetterHeaders.DETAIL))
                    .contains("schema id 987654", "404")
                    .contains(registry.address());
            assertThat(header(letters.get(1), DeadLetterHeaders.DETAIL))
                    .contains("schema id " + unusable, "a field at user_id (clicks.field.user)");
            assertThat(letters.getFirst().value()).isEqualTo(click(987_654, "x"));
            assertThat(count("freshet.clicks.dead.letters", "reason", "unknown-schema"))
                    .isEqualTo(2);
            // The second record with the id did not ask again.
            assertThat(count("freshet.schema.lookups", "outcome", "unknown")).isEqualTo(1);
            assertThat(role.waitsFor()).isEmpty();
        }
    }

    @Test
    void shouldWaitWithoutPassingAnyClickWhileTheRegistryIsAway() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(registry.address())) {
            FreshetConfig config = config("away", proxy.address(), Map.of("clicks.format", "avro"));
            int first = register("away-value", SCHEMA);
            int second =
                    register("away-later-value", SCHEMA.replace("\"name\": \"Click\"", "\"name\": \"LaterClick\""));
            TopicSetup.run(config, TIMEOUT);
            try (StreamsRole role = started(config)) {
                send(config, click(first, "a"));
                read(config, TopicKeys.SEQUENCES, 1);
                proxy.cut();
                send(config, click(first, "b"));
                send(config, click(second, "c"));
                send(config, click(first, "d"));

                // The click before the one that waits is sequenced, and the wait is longer than a transaction may take.
                read(config, TopicKeys.SEQUENCES, 2);
                await().atMost(TIMEOUT).until(() -> count("freshet.schema.lookups", "outcome", "failed") >= 6);
                assertThat(role.isAlive()).isTrue();
                assertThat(role.overdue()).isEmpty();
                assertThat(meters.get("freshet.clicks.waiting.partitions")
                                .gauge()
                                .value())
                        .isEqualTo(1);
                assertThat(meters.get("freshet.schema.registry.answers").gauge().value())
                        .isZero();
                assertThat(role.waitsFor())
                        .hasValueSatisfying(text -> assertThat(text)
                                .contains(
                                        config.get(TopicKeys.CLICKS) + "-0", proxy.address(), "has not answered for"));
                assertThat(new AnsweringHealth(role).waitsFor())
                        .contains("has not answered for")
                        .doesNotContain("state=");
                assertThat(new AnsweringHealth(role).whyNotAlive()).isEmpty();
                assertThat(readAll(config, TopicKeys.SEQUENCES)).hasSize(2);
                assertThat(readAll(config, TopicKeys.DEAD_LETTERS)).isEmpty();
                assertThat(committed(config)).isEqualTo(2);

                proxy.mend();
                assertThat(items(read(config, TopicKeys.SEQUENCES, 4))).containsExactly("a", "b", "c", "d");
                await().atMost(TIMEOUT).until(() -> committed(config) == 4);
                assertThat(readAll(config, TopicKeys.DEAD_LETTERS)).isEmpty();
                assertThat(role.waitsFor()).isEmpty();
                assertThat(meters.get("freshet.schema.registry.answers").gauge().value())
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void shouldProcessOtherClicksWhileAnotherTopicWaitsForTheRegistry() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(registry.address())) {
            String json = "mixed-json";
            String avro = "mixed-avro";
            FreshetConfig config = config(
                    "mixed",
                    proxy.address(),
                    Map.of("topics.clicks", json + "," + avro, "clicks.format." + avro, "avro"));
            int id = register(avro + "-value", SCHEMA);
            TopicSetup.run(config, TIMEOUT);
            proxy.cut();
            try (StreamsRole role = started(config)) {
                send(config, avro, click(id, "a"));
                await().atMost(TIMEOUT).until(() -> role.waitsFor().isPresent());
                send(config, json, jsonClick("b"));
                send(config, json, jsonClick("c"));

                assertThat(items(read(config, TopicKeys.SEQUENCES, 2))).containsExactly("b", "c");
                assertThat(role.waitsFor()).isPresent();

                proxy.mend();
                assertThat(items(read(config, TopicKeys.SEQUENCES, 3))).containsExactly("a", "b", "c");
                assertThat(readAll(config, TopicKeys.DEAD_LETTERS)).isEmpty();
            }
        }
    }

    @Test
    void shouldProcessAClickAfterARestartThatWaitedBefore() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(registry.address())) {
            FreshetConfig config = config("restart", proxy.address(), Map.of("clicks.format", "avro"));
            int id = register("restart-value", SCHEMA);
            TopicSetup.run(config, TIMEOUT);
            proxy.cut();
            send(config, click(id, "a"));
            try (StreamsRole role = started(config)) {
                await().atMost(TIMEOUT).until(() -> role.waitsFor().isPresent());
            }
            proxy.mend();
            try (StreamsRole role = started(config("restart", proxy.address(), Map.of("clicks.format", "avro")))) {
                assertThat(items(read(config, TopicKeys.SEQUENCES, 1))).containsExactly("a");
                assertThat(role.isAlive()).isTrue();
            }
        }
    }

    @Test
    void shouldWriteRecommendationsInAvro() throws Exception {
        FreshetConfig config = config("answers", registry.address(), Map.of("recommendations.format", "avro"));
        TopicSetup.run(config, TIMEOUT);
        try (StreamsRole role = started(config)) {
            send(config, jsonClick("a"));
            byte[] value = read(config, TopicKeys.RECOMMENDATIONS, 1).getFirst().value();
            assertThat(role.isAlive()).isTrue();
            try (AvroKafkaDeserializer<GenericRecord> reader = new AvroKafkaDeserializer<>()) {
                reader.configure(Map.of("apicurio.registry.url", registry.ownApi()), false);
                GenericRecord answer =
                        reader.deserialize(config.get(TopicKeys.RECOMMENDATIONS), new RecordHeaders(), value);
                assertThat(answer.get("user_id")).hasToString("u");
                assertThat(answer.get("fallback")).hasToString("no-model");
                assertThat(answer.get("model")).isNull();
                GenericRecord cause = (GenericRecord) answer.get("cause");
                assertThat(cause.get("topic")).hasToString(config.get(TopicKeys.CLICKS));
                assertThat(cause.get("offset")).isEqualTo(0L);
            }
        }
        assertThat(registry.get("/subjects/" + config.get(TopicKeys.RECOMMENDATIONS) + "-value/versions")
                        .body())
                .isEqualTo("[1]");
    }

    @Test
    void shouldSayThatTheRegistryRefusesTheSchemaOfRecommendations() throws Exception {
        FreshetConfig config = config("refused", registry.address(), Map.of("recommendations.format", "avro"));
        String subject = config.get(TopicKeys.RECOMMENDATIONS) + "-value";
        register(subject, OTHER_SCHEMA);
        assertThat(registry.send("PUT", "/config/" + subject, "{\"compatibility\":\"BACKWARD\"}")
                        .statusCode())
                .isEqualTo(200);
        try (StreamsRole role = role(config)) {
            assertThatThrownBy(role::start)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("under the subject " + subject)
                    .hasMessageContaining("409");
        }
    }

    private static FreshetConfig config(String name, String registryAddress, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("application.id", name);
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("topics.partitions", "1");
        settings.put("topics.prefix", name + "-");
        settings.put("state.dir", folder.resolve(name).toString());
        settings.put("schema.registry.url", Registry.compatibleApi(registryAddress));
        return FreshetConfig.of(settings);
    }

    private StreamsRole role(FreshetConfig config) {
        return new StreamsRole(config, new FileSnapshotStore(config.modelStorePath()), meters, Clock.systemUTC());
    }

    private StreamsRole started(FreshetConfig config) throws InterruptedException {
        StreamsRole role = role(config);
        role.start();
        assertThat(role.awaitRunning(TIMEOUT)).as("running within %s", TIMEOUT).isTrue();
        return role;
    }

    private static int register(String subject, String schema) throws IOException {
        ObjectMapper json = new ObjectMapper();
        String body = json.writeValueAsString(Map.of("schema", schema));
        String answer = registry.send("POST", "/subjects/" + subject + "/versions", body)
                .body();
        assertThat(json.readTree(answer).path("id").asInt()).as(answer).isPositive();
        return json.readTree(answer).path("id").asInt();
    }

    /** Returns a click of the user {@code u} in Avro. */
    private byte[] click(int id, String item) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        encoder.writeString("u");
        encoder.writeString(item);
        encoder.writeLong(now + item.charAt(0));
        return out.toByteArray();
    }

    /** Returns a click of the user {@code u} in Freshet's own JSON. */
    private byte[] jsonClick(String item) {
        long time = now + item.charAt(0);
        return ("{\"user_id\":\"u\",\"item_id\":\"" + item + "\",\"timestamp\":" + time + "}").getBytes(UTF_8);
    }

    private static void send(FreshetConfig config, byte[] value) throws Exception {
        send(config, config.get(TopicKeys.CLICKS), value);
    }

    private static void send(FreshetConfig config, String topic, byte[] value) throws Exception {
        try (var producer = new KafkaProducer<>(
                config.kafka().forProducer(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, "u".getBytes(UTF_8), value))
                    .get();
        }
    }

    private static long committed(FreshetConfig config) throws Exception {
        try (Admin admin = Admin.create(config.kafka().forAdmin())) {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets("away")
                    .partitionsToOffsetAndMetadata()
                    .get();
            OffsetAndMetadata offset = offsets.get(new TopicPartition(config.get(TopicKeys.CLICKS), 0));
            return offset == null ? -1 : offset.offset();
        }
    }

    private double count(String name, String tag, String value) {
        return Objects.requireNonNull(meters.find(name).tag(tag, value).meter())
                .measure()
                .iterator()
                .next()
                .getValue();
    }

    /** Waits until a topic has a number of records, and returns them. */
    private static List<ConsumerRecord<byte[], byte[]>> read(FreshetConfig config, ConfigKey<String> topic, int count) {
        await().atMost(TIMEOUT).until(() -> readAll(config, topic).size() >= count);
        List<ConsumerRecord<byte[], byte[]>> records = readAll(config, topic);
        assertThat(records).hasSize(count);
        return records;
    }

    /** Returns the committed records that a topic has at this moment. */
    private static List<ConsumerRecord<byte[], byte[]>> readAll(FreshetConfig config, ConfigKey<String> topic) {
        Map<String, Object> properties = config.kafka().forConsumer();
        properties.put("isolation.level", "read_committed");
        properties.put("auto.offset.reset", "earliest");
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(config.get(topic), 0);
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    private static List<String> items(List<ConsumerRecord<byte[], byte[]>> sequences) {
        return SequenceUpdateCodec.decode(sequences.getLast().value()).sequence().interactions().stream()
                .map(Interaction::itemId)
                .toList();
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
