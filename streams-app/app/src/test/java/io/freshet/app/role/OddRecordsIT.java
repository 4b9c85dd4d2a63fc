package io.freshet.app.role;

import static io.freshet.app.role.RoleOnKafka.TIMEOUT;
import static io.freshet.app.role.RoleOnKafka.clickJson;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TrainerRole;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.testkit.broker.Broker;
import io.freshet.training.online.TrainerStatus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes odd records to every topic that is read, including changelogs, amid good clicks, before and after a restart. */
final class OddRecordsIT {
    private static final Logger LOG = LoggerFactory.getLogger(OddRecordsIT.class);
    private static final String NAME = "odd";
    private static final int ODD_ON_EACH = 2_000;
    private static final int ODD_BEFORE_THE_START = 50;
    private static final int GOOD = 400;
    private static final String GOOD_USER = "good-";

    @TempDir
    private Path folder;

    @Test
    void shouldStopForNoRecordAndLoseNoGoodClick() throws Exception {
        long seed = Long.getLong("freshet.test.seed", System.nanoTime());
        LOG.warn("Odd records of seed {}; -Dfreshet.test.seed makes them again", seed);
        try (Broker kafka = Broker.start(folder.resolve("kafka"))) {
            FreshetConfig config = config(kafka, "first");
            createTopics(config);
            OddRecords odd = new OddRecords(seed, config.get(ModelStoreKeys.MODEL_NAME));
            Set<ClickOrigin> good = new TreeSet<>(OddRecordsIT::compare);
            run(config, odd, good);
            // On another disk, so that all state comes from snapshots, journal and changelogs.
            run(config(kafka, "second"), odd, good);
            assertAccountedFor(config, good);
        }
    }

    private static int compare(ClickOrigin a, ClickOrigin b) {
        int partitions = Integer.compare(a.partition(), b.partition());
        return partitions != 0 ? partitions : Long.compare(a.offset(), b.offset());
    }

    /** Writes half of the odd records of each topic and half of the good clicks while both roles run. */
    private static void run(FreshetConfig config, OddRecords odd, Set<ClickOrigin> good) throws Exception {
        FileSnapshotStore store = new FileSnapshotStore(config.modelStorePath());
        try (StreamsRole streams = new StreamsRole(config, store, new SimpleMeterRegistry(), Clock.systemUTC());
                TrainerRole trainer = new TrainerRole(config, store, new SimpleMeterRegistry(), Clock.systemUTC());
                Producers producers = new Producers(config)) {
            for (int round = 0; round < ODD_BEFORE_THE_START; round++) {
                for (String topic : topicsFromTheStart(config)) {
                    producers.sendOdd(odd.next(topic));
                }
            }
            producers.flush();
            streams.start();
            trainer.start();
            assertThat(streams.awaitRunning(TIMEOUT)).isTrue();
            List<String> topics = topics(config);
            int rounds = ODD_ON_EACH / 2 - ODD_BEFORE_THE_START;
            for (int round = 0; round < rounds; round++) {
                for (String topic : topics) {
                    producers.sendOdd(odd.next(topic));
                }
                while (producers.waiting() < GOOD / 2 * (round + 1) / rounds) {
                    producers.sendGood(good.size() + producers.waiting());
                }
            }
            good.addAll(producers.good());
            await().atMost(TIMEOUT)
                    .until(() -> causes(config, config.get(TopicKeys.RECOMMENDATIONS))
                            .containsAll(good));
            assertThat(streams.failure()).isEmpty();
            assertThat(streams.isAlive()).isTrue();
            await().atMost(TIMEOUT).until(() -> trainer.status().phase() == TrainerStatus.Phase.LEARNING);
            assertThat(trainer.failure()).isEmpty();
            assertThat(trainer.status().mismatches()).isZero();
        }
    }

    /** Returns all topics that a role reads or restores its state from. */
    private static List<String> topics(FreshetConfig config) {
        return Stream.concat(
                        topicsFromTheStart(config).stream(),
                        Stream.of(NAME + "-user-sequences-changelog", NAME + "-click-outcomes-changelog"))
                .toList();
    }

    private static List<String> topicsFromTheStart(FreshetConfig config) {
        return config.topics().stream()
                .filter(topic -> !topic.equals(config.get(TopicKeys.RECOMMENDATIONS))
                        && !topic.equals(config.get(TopicKeys.DEAD_LETTERS)))
                .toList();
    }

    private static void assertAccountedFor(FreshetConfig config, Set<ClickOrigin> good) {
        assertThat(good).hasSize(GOOD);
        List<ClickOrigin> sequenced = causes(config, config.get(TopicKeys.SEQUENCES));
        assertThat(sequenced)
                .as("each good click once in a sequence")
                .hasSize(GOOD)
                .containsAll(good);
        List<ClickOrigin> answered = causes(config, config.get(TopicKeys.RECOMMENDATIONS));
        assertThat(answered).as("each good click once answered").hasSize(GOOD).containsAll(good);
    }

    /** Returns the clicks of good users that a topic's records name as their causes. */
    private static List<ClickOrigin> causes(FreshetConfig config, String topic) {
        List<ClickOrigin> causes = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : committed(config, topic)) {
            if (record.key() != null
                    && new String(record.key(), UTF_8).startsWith(GOOD_USER)
                    && record.value() != null) {
                causes.add(
                        topic.equals(config.get(TopicKeys.SEQUENCES))
                                ? SequenceUpdateCodec.decode(record.value()).cause()
                                : cause(record.value()));
            }
        }
        return causes;
    }

    private static ClickOrigin cause(byte[] recommendation) {
        try {
            JsonNode cause = new ObjectMapper().readTree(recommendation).get("cause");
            return new ClickOrigin(
                    cause.get("topic").asText(),
                    cause.get("partition").asInt(),
                    cause.get("offset").asLong(),
                    cause.get("timestamp").asLong());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> committed(FreshetConfig config, String topic) {
        Map<String, Object> properties = config.kafka().forConsumer();
        properties.put("isolation.level", "read_committed");
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    private FreshetConfig config(Broker kafka, String stateDir) {
        return RoleOnKafka.config(
                kafka,
                NAME,
                2,
                folder.resolve(stateDir),
                Map.of(
                        "model.store.path", folder.resolve("models").toString(),
                        "items.catalogue", "filter",
                        "model.dim", "16",
                        "training.workers", "1",
                        "online.lease.timeout.ms", "0",
                        "online.snapshot.interval.ms", "600000"));
    }

    /**
     * Creates the topics. Topics to which clients write accept any record time; topics to which only Freshet writes
     * have the brokers' limits.
     */
    private static void createTopics(FreshetConfig config) throws Exception {
        Set<String> ownAlone = Set.of(
                config.get(TopicKeys.SEQUENCES),
                config.get(TopicKeys.RECOMMENDATIONS),
                config.get(TopicKeys.DEAD_LETTERS));
        TopicPlan plan = new TopicPlan(config);
        List<NewTopic> topics = plan.needed().stream()
                .filter(topic -> !ownAlone.contains(topic))
                .map(topic -> {
                    Map<String, String> settings = new HashMap<>(plan.settings(topic));
                    settings.put("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
                    return plan.newTopic(topic, 2).configs(settings);
                })
                .toList();
        try (Admin admin = Admin.create(config.kafka().forAdmin())) {
            admin.createTopics(topics).all().get();
        }
        TopicSetup.run(config, TIMEOUT);
    }

    /** One producer for each compression type, and one for good clicks. */
    private static final class Producers implements AutoCloseable {
        private final List<Producer<byte[], byte[]>> odd = new ArrayList<>();
        private final Producer<byte[], byte[]> good;
        private final String clicks;
        private final List<Future<RecordMetadata>> sent = new ArrayList<>();
        private final long nowMs = System.currentTimeMillis();
        private int turn;

        Producers(FreshetConfig config) {
            for (String compression : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
                odd.add(producer(config, compression));
            }
            good = producer(config, "none");
            clicks = config.get(TopicKeys.CLICKS);
        }

        private static Producer<byte[], byte[]> producer(FreshetConfig config, String compression) {
            Map<String, Object> properties = config.kafka().forProducer();
            properties.put("compression.type", compression);
            properties.put("max.request.size", 8 << 20);
            return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        }

        /**
         * Sends an odd record. Brokers refuse some: without a key on a compacted topic, too long, or too far in the future.
         */
        void sendOdd(ProducerRecord<byte[], byte[]> record) {
            var _ = odd.get(turn++ % odd.size()).send(record);
        }

        void sendGood(int number) {
            String user = GOOD_USER + number % 20;
            byte[] value = clickJson(user, "good-item-" + number % 30, nowMs + number);
            sent.add(good.send(new ProducerRecord<>(clicks, user.getBytes(UTF_8), value)));
        }

        void flush() {
            odd.forEach(Producer::flush);
        }

        /** Returns the number of good clicks that were sent. */
        int waiting() {
            return sent.size();
        }

        /** Returns the positions of the good clicks. */
        List<ClickOrigin> good() throws Exception {
            List<ClickOrigin> origins = new ArrayList<>();
            for (Future<RecordMetadata> future : sent) {
                RecordMetadata at = future.get();
                origins.add(new ClickOrigin(at.topic(), at.partition(), at.offset(), at.timestamp()));
            }
            return origins;
        }

        @Override
        public void close() {
            odd.forEach(Producer::close);
            good.close();
        }
    }
}
