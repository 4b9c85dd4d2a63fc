package io.freshet.app.role;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.store.FileSnapshotStore;
import io.freshet.testkit.broker.Broker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

/** The streams role on a real broker with its own topics, and its clients: producing, and reading committed records. */
final class RoleOnKafka {
    static final Duration TIMEOUT = Duration.ofSeconds(60);

    private RoleOnKafka() {}

    /** Returns a configuration. The names of the topics that it does not set begin with a name. */
    static FreshetConfig config(Broker kafka, String name, int partitions, Path stateDir, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("application.id", name);
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("topics.partitions", Integer.toString(partitions));
        settings.put("state.dir", stateDir.toString());
        TopicKeys.NAMES.forEach(
                topic -> settings.putIfAbsent(topic.name(), name + topic.name().replace("topics.", "-")));
        return FreshetConfig.of(settings);
    }

    /** Returns the settings of a system with a small model. The names of its topics begin with its name and a dot. */
    static Map<String, String> settings(Broker kafka, String name, int partitions, Path folder) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("application.id", name);
        settings.put("topics.prefix", name + ".");
        settings.put("topics.partitions", Integer.toString(partitions));
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("state.dir", folder.resolve(name).toString());
        settings.put("model.dim", "16");
        return settings;
    }

    /** Writes settings to a file for the option {@code --config}. */
    static void write(Path file, Map<String, String> settings) throws IOException {
        Files.write(
                file,
                settings.entrySet().stream()
                        .map(setting -> setting.getKey() + "=" + setting.getValue())
                        .toList());
    }

    static StreamsRole started(FreshetConfig config) throws InterruptedException {
        StreamsRole role = new StreamsRole(
                config, new FileSnapshotStore(config.modelStorePath()), new SimpleMeterRegistry(), Clock.systemUTC());
        role.start();
        assertThat(role.awaitRunning(TIMEOUT)).as("running within %s", TIMEOUT).isTrue();
        return role;
    }

    static RecordMetadata send(FreshetConfig config, ProducerRecord<byte[], byte[]> record)
            throws InterruptedException, ExecutionException {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                config.kafka().forProducer(), new ByteArraySerializer(), new ByteArraySerializer())) {
            return producer.send(record).get();
        }
    }

    static RecordMetadata click(FreshetConfig config, @Nullable String key, byte[] value)
            throws InterruptedException, ExecutionException {
        byte @Nullable [] keyBytes = key == null ? null : key.getBytes(UTF_8);
        return send(config, new ProducerRecord<>(config.get(TopicKeys.CLICKS), keyBytes, value));
    }

    static byte[] clickJson(String userId, String itemId, long timestampMs) {
        return ClickCodec.toJson(new Click(userId, itemId, timestampMs, null, null));
    }

    /** Reads the first records of a topic over all partitions; fails if there are more at that moment. */
    static List<ConsumerRecord<byte[], byte[]>> read(FreshetConfig config, String topic, int count) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(config)) {
            consumer.assign(partitions(consumer, topic));
            long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
            while (records.size() < count && System.nanoTime() < deadlineNs) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        assertThat(records).as(topic).hasSize(count);
        return records;
    }

    /** Reads all records of a topic to which no role writes any more. */
    static List<ConsumerRecord<byte[], byte[]>> readAll(FreshetConfig config, String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(config)) {
            List<TopicPartition> partitions = partitions(consumer, topic);
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                assertThat(System.nanoTime()).as("time to read %s", topic).isLessThan(deadlineNs);
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(FreshetConfig config) {
        Map<String, Object> properties = config.kafka().forConsumer();
        properties.put("isolation.level", "read_committed");
        properties.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Returns the partitions of a topic. */
    static List<TopicPartition> partitions(FreshetConfig config, String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(config)) {
            return partitions(consumer, topic);
        }
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
