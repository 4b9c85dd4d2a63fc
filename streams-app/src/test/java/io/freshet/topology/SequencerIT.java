package io.freshet.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.config.FreshetConfig;
import io.freshet.config.TopicSetup;
import io.freshet.config.Topics;
import io.freshet.demo.EmbeddedKafka;
import io.freshet.event.Click;
import io.freshet.event.ClickCodec;
import io.freshet.sequence.Interaction;
import io.freshet.sequence.SequenceUpdate;
import io.freshet.sequence.SequenceUpdateCodec;
import io.freshet.sequencer.ClickOutcomeCounts;
import io.freshet.sequencer.DeadLetterHeaders;
import io.freshet.sequencer.OriginHeaders;
import io.freshet.store.FileSnapshotStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The assembled application on a real broker, read as its users read it: committed records only. */
@SuppressWarnings("NullAway.Init") // JUnit calls startBroker before each test.
final class SequencerIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int PARTITIONS = 2;

    @TempDir
    static Path folder;

    private static EmbeddedKafka kafka;

    private final long now = System.currentTimeMillis();

    @BeforeAll
    static void startBroker() throws IOException {
        kafka = EmbeddedKafka.start(folder.resolve("kafka"));
    }

    @AfterAll
    static void stopBroker() {
        kafka.close();
    }

    @Test
    void shouldSequenceGoodClicksAndSetBadOnesAside() throws Exception {
        FreshetConfig config = config("bad", "state");
        TopicSetup.run(config, TIMEOUT);
        try (StreamsRole role = started(config)) {
            click(config, "u", json("u", "a", now));
            RecordMetadata bad = click(config, "u", "{\"user_id\":".getBytes(UTF_8));
            click(config, "u", json("u", "a", now));
            RecordMetadata keyless = click(config, null, json("u", "b", now + 1));
            click(config, "v", json("v", "a", now));

            List<ConsumerRecord<byte[], byte[]>> sequences =
                    read(config, config.topics().sequences(), 3);
            assertThat(newest(sequences, "u").sequence().interactions())
                    .extracting(Interaction::itemId)
                    .containsExactly("a", "b");
            assertThat(newest(sequences, "u").cause().topic())
                    .isEqualTo(config.topics().clicks());
            assertThat(newest(sequences, "u").cause().partition()).isEqualTo(keyless.partition());
            assertThat(newest(sequences, "u").cause().offset()).isEqualTo(keyless.offset());

            ConsumerRecord<byte[], byte[]> letter =
                    read(config, config.topics().deadLetters(), 1).getFirst();
            assertThat(header(letter, DeadLetterHeaders.REASON)).isEqualTo("not-json");
            assertThat(header(letter, OriginHeaders.PARTITION)).isEqualTo(Integer.toString(bad.partition()));
            assertThat(header(letter, OriginHeaders.OFFSET)).isEqualTo(Long.toString(bad.offset()));

            JsonNode answer = new ObjectMapper()
                    .readTree(read(config, config.topics().recommendations(), 3)
                            .getLast()
                            .value());
            assertThat(answer.get("fallback").textValue()).isEqualTo("no-model");
            assertThat(role.clickOutcomes()).contains(new ClickOutcomeCounts(1, 0, 0));
        }
    }

    @Test
    void shouldGoOnWithTheSameSequencesWhenStartedAgain() throws Exception {
        FreshetConfig config = config("again", "state");
        TopicSetup.run(config, TIMEOUT);
        try (StreamsRole role = started(config)) {
            click(config, "u", json("u", "a", now));
            click(config, "u", json("u", "a", now));
            read(config, config.topics().sequences(), 1);
            assertThat(role.isAlive()).isTrue();
        }
        try (StreamsRole role = started(config)) {
            click(config, "u", json("u", "b", now + 1));
            assertThat(newest(read(config, config.topics().sequences(), 2), "u")
                            .sequence()
                            .interactions())
                    .extracting(Interaction::itemId)
                    .containsExactly("a", "b");
            assertThat(role.clickOutcomes()).contains(new ClickOutcomeCounts(1, 0, 0));
        }
        // On another disk everything comes back from the changelogs.
        FreshetConfig elsewhere = config("again", "other-state");
        try (StreamsRole role = started(elsewhere)) {
            click(config, "u", json("u", "a", now));
            click(config, "u", json("u", "c", now + 2));
            assertThat(newest(read(config, config.topics().sequences(), 3), "u")
                            .sequence()
                            .interactions())
                    .extracting(Interaction::itemId)
                    .containsExactly("a", "b", "c");
            assertThat(role.clickOutcomes()).contains(new ClickOutcomeCounts(2, 0, 0));
        }
    }

    private static FreshetConfig config(String name, String stateDir) {
        Map<String, String> settings = new HashMap<>();
        settings.put("application.id", name);
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("topics.partitions", Integer.toString(PARTITIONS));
        settings.put("state.dir", folder.resolve(name).resolve(stateDir).toString());
        for (String topic : Topics.DEFAULT.all()) {
            settings.put("topics." + topic, name + "-" + topic);
        }
        return FreshetConfig.of(settings);
    }

    private static StreamsRole started(FreshetConfig config) throws InterruptedException {
        StreamsRole role = new StreamsRole(
                config, new FileSnapshotStore(config.modelStorePath()), new SimpleMeterRegistry(), Clock.systemUTC());
        role.start();
        assertThat(role.awaitRunning(TIMEOUT)).as("running within %s", TIMEOUT).isTrue();
        return role;
    }

    private static RecordMetadata click(FreshetConfig config, @Nullable String key, byte[] value)
            throws InterruptedException, ExecutionException {
        byte @Nullable [] keyBytes = key == null ? null : key.getBytes(UTF_8);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                config.kafka().forProducer(), new ByteArraySerializer(), new ByteArraySerializer())) {
            return producer.send(new ProducerRecord<>(config.topics().clicks(), keyBytes, value))
                    .get();
        }
    }

    /** The first records of a topic, all partitions together; fails if there are more at that moment. */
    private static List<ConsumerRecord<byte[], byte[]>> read(FreshetConfig config, String topic, int count) {
        Map<String, Object> properties = config.kafka().forConsumer();
        properties.put("isolation.level", "read_committed");
        properties.put("auto.offset.reset", "earliest");
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList());
            long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
            while (records.size() < count && System.nanoTime() < deadlineNs) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        assertThat(records).as(topic).hasSize(count);
        return records;
    }

    private static SequenceUpdate newest(List<ConsumerRecord<byte[], byte[]>> sequences, String userId) {
        return sequences.stream()
                .filter(record -> new String(record.key(), UTF_8).equals(userId))
                .map(record -> SequenceUpdateCodec.decode(record.value()))
                .toList()
                .getLast();
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    private static byte[] json(String userId, String itemId, long timestampMs) {
        return ClickCodec.toJson(new Click(userId, itemId, timestampMs, null, null));
    }
}
