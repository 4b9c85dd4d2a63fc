package io.freshet.app.role;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.StreamsKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.store.FileSnapshotStore;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The streams role with one thread that has many tasks. */
final class ManyPartitionsIT {
    private static final int PARTITIONS = 32;
    private static final String COMMITS = "kafka.stream.thread.commit.total";
    private static final String REQUESTS = "kafka.producer.request.total";
    private static final int USERS = 640;
    private static final int WAVES = 8;

    @TempDir
    private Path folder;

    @Test
    void shouldSendAnswersTogetherAndKeepSmallStoresInMemory() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"))) {
            FreshetConfig config = RoleOnKafka.config(
                    kafka,
                    "many",
                    PARTITIONS,
                    folder.resolve("state"),
                    Map.of(
                            "streams.threads", "1",
                            "streams.commit.interval.ms", "500",
                            // Records leave the producer only when a commit waits for them.
                            "kafka.producer.linger.ms", "60000"));
            TopicSetup.run(config, RoleOnKafka.TIMEOUT);
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            try (StreamsRole role = new StreamsRole(
                    config, new FileSnapshotStore(folder.resolve("models")), registry, Clock.systemUTC())) {
                role.keepTo(Map.of(config.get(TopicKeys.CLICKS), PARTITIONS));
                role.start();
                answerWave(config, registry, 0);
                double commits = sum(registry, COMMITS, "");
                double requests = sum(registry, REQUESTS, "StreamThread");
                for (int wave = 1; wave <= WAVES; wave++) {
                    answerWave(config, registry, wave);
                }
                commits = sum(registry, COMMITS, "") - commits;
                requests = sum(registry, REQUESTS, "StreamThread") - requests;
                // A commit may hold the answers of two waves.
                assertThat(commits).isGreaterThanOrEqualTo(WAVES / 2.0);
                // Records, offsets, their coordinator, and the end of the transaction. One task after the other would
                // send its answers with a request of its own.
                assertThat(requests / commits)
                        .as("%s requests for %s commits", requests, commits)
                        .isLessThan(PARTITIONS / 4.0);
                // Otherwise RocksDB writes a file after nearly every click.
                assertThat(sum(registry, "freshet.rocksdb.pinned", ""))
                        .isPositive()
                        .isLessThan(config.get(StreamsKeys.ROCKSDB_WRITE_BUFFER_BYTES));
            }
        }
    }

    /** Writes a click of each user, and waits until all clicks are answered. */
    private static void answerWave(FreshetConfig config, SimpleMeterRegistry registry, int wave) throws Exception {
        try (var producer = new KafkaProducer<>(
                config.kafka().forProducer(), new ByteArraySerializer(), new ByteArraySerializer())) {
            long nowMs = System.currentTimeMillis();
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int number = 0; number < USERS; number++) {
                String user = "user-" + number;
                sent.add(producer.send(new ProducerRecord<>(
                        config.get(TopicKeys.CLICKS),
                        user.getBytes(UTF_8),
                        RoleOnKafka.clickJson(user, "item-" + (number + wave) % 97, nowMs + wave))));
            }
            producer.flush();
            for (Future<RecordMetadata> one : sent) {
                assertThat(one.get().hasOffset()).isTrue();
            }
        }
        await().atMost(RoleOnKafka.TIMEOUT.multipliedBy(2))
                .untilAsserted(() ->
                        assertThat(sum(registry, "freshet.recommendations", "")).isEqualTo((wave + 1.0) * USERS));
    }

    /** Returns the sum of a meter's values over the clients whose id contains a text. */
    private static double sum(SimpleMeterRegistry registry, String name, String client) {
        return registry.find(name).meters().stream()
                .filter(meter -> client.isEmpty() || contains(meter, client))
                .flatMap(meter -> StreamSupport.stream(meter.measure().spliterator(), false))
                .mapToDouble(measured -> measured.getValue())
                .sum();
    }

    private static boolean contains(Meter meter, String client) {
        String id = meter.getId().getTag("client.id");
        return id != null && id.contains(client);
    }
}
