package io.freshet.service.upgrade;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Everything that a run of an earlier version left behind: the records of its topics, the committed offsets of its
 * application, and its snapshots. The README beside the files describes how they were written.
 *
 * @param records records by topic and partition, each in order of offsets
 */
record OldRun(List<OldRecord> records) {
    private static final String FOLDER = "eed9590/";
    private static final String CHANGELOG = "-changelog";

    /** Topics whose offsets are named by snapshots and the journal. */
    private static final Set<String> OFFSETS_COUNT = Set.of("sequences", "model-log");

    static OldRun read() throws IOException {
        List<OldRecord> records = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(open("records.bin.gz")))) {
            while (true) {
                records.add(OldRecord.read(in));
            }
        } catch (EOFException e) {
            return new OldRun(records);
        }
    }

    private static InputStream open(String file) {
        return Objects.requireNonNull(OldRun.class.getResourceAsStream(FOLDER + file), file);
    }

    /** Returns the settings that affect the stored data. */
    static Map<String, String> settings() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = open("freshet.properties")) {
            properties.load(in);
        }
        return properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty));
    }

    List<OldRecord> of(String topic) {
        return records.stream()
                .filter(record -> record.partition().topic().equals(topic))
                .toList();
    }

    /** Unpacks the snapshots into the folder of a store. */
    static void unpackModels(Path store) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(open("models.zip"))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = store.resolve(entry.getName());
                Files.createDirectories(Objects.requireNonNull(file.getParent()));
                Files.copy(zip, file);
            }
        }
    }

    /**
     * Writes all records and the application's committed offsets to a broker. On topics whose offsets are named elsewhere,
     * each record gets its original offset. The topics must exist, except for the changelogs.
     */
    void writeTo(String bootstrapServers) throws Exception {
        Map<String, Object> client = Map.of("bootstrap.servers", bootstrapServers);
        Map<TopicPartition, List<OldRecord>> byPartition = records.stream()
                .collect(Collectors.groupingBy(OldRecord::partition, LinkedHashMap::new, Collectors.toList()));
        try (Admin admin = Admin.create(client)) {
            createChangelogs(admin, byPartition.keySet());
            for (List<OldRecord> ofPartition : byPartition.values()) {
                write(client, ofPartition);
            }
            for (Map.Entry<String, Map<TopicPartition, OffsetAndMetadata>> group :
                    committed().entrySet()) {
                admin.alterConsumerGroupOffsets(group.getKey(), group.getValue())
                        .all()
                        .get();
            }
        }
    }

    private static void createChangelogs(Admin admin, Iterable<TopicPartition> partitions) throws Exception {
        Map<String, Integer> counts = new HashMap<>();
        for (TopicPartition partition : partitions) {
            if (partition.topic().endsWith(CHANGELOG)) {
                counts.merge(partition.topic(), partition.partition() + 1, Math::max);
            }
        }
        List<NewTopic> topics = counts.entrySet().stream()
                .map(topic -> new NewTopic(topic.getKey(), topic.getValue(), (short) 1)
                        .configs(Map.of("cleanup.policy", "compact")))
                .toList();
        admin.createTopics(topics).all().get();
    }

    private static void write(Map<String, Object> client, List<OldRecord> records) throws Exception {
        if (OFFSETS_COUNT.contains(records.getFirst().partition().topic())) {
            writeInTransactions(client, records);
        } else {
            append(client, records);
        }
    }

    /** Writes records with their original offsets. A missing offset was the end of a transaction. */
    private static void writeInTransactions(Map<String, Object> client, List<OldRecord> records) throws Exception {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("transactional.id", "old-" + records.getFirst().partition());
        try (KafkaProducer<byte[], byte[]> producer = producer(settings)) {
            producer.initTransactions();
            producer.beginTransaction();
            long next = 0;
            for (OldRecord record : records) {
                if (record.offset() > next) {
                    producer.commitTransaction();
                    producer.beginTransaction();
                }
                requireOffset(record, producer.send(record.record()).get());
                next = record.offset() + 1;
            }
            producer.commitTransaction();
        }
    }

    private static void requireOffset(OldRecord record, RecordMetadata written) {
        assertThat(written.offset())
                .as("offset of a record of %s", record.partition())
                .isEqualTo(record.offset());
    }

    /** Appends records as they were, whatever the current end offsets of their partitions. */
    static void append(String bootstrapServers, List<OldRecord> records) throws Exception {
        append(Map.of("bootstrap.servers", bootstrapServers), records);
    }

    private static void append(Map<String, Object> client, List<OldRecord> records) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer(client)) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (OldRecord record : records) {
                sent.add(producer.send(record.record()));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Reads lines of group, topic, partition and next offset. */
    private static Map<String, Map<TopicPartition, OffsetAndMetadata>> committed() throws IOException {
        Map<String, Map<TopicPartition, OffsetAndMetadata>> groups = new HashMap<>();
        try (InputStream in = open("committed-offsets.txt")) {
            for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
                String[] parts = line.split(" ", -1);
                groups.computeIfAbsent(parts[0], _ -> new HashMap<>())
                        .put(
                                new TopicPartition(parts[1], Integer.parseInt(parts[2])),
                                new OffsetAndMetadata(Long.parseLong(parts[3])));
            }
        }
        return groups;
    }
}
