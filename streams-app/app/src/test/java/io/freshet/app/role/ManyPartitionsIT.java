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
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The streams role with one thread that has many tasks. */
final class ManyPartitionsIT {
    private static final int PARTITIONS = 32;
    private static final int CLICKS = 6_000;
    private static final int USERS = 2_000;

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
            writeClicks(config);
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            try (StreamsRole role = new StreamsRole(
                    config, new FileSnapshotStore(folder.resolve("models")), registry, Clock.systemUTC())) {
                role.start();
                await().atMost(RoleOnKafka.TIMEOUT.multipliedBy(2))
                        .untilAsserted(() -> assertThat(sum(registry, "freshet.recommendations", ""))
                                .isEqualTo(CLICKS));
                double commits = sum(registry, "kafka.stream.thread.commit.total", "");
                double requests = sum(registry, "kafka.producer.request.total", "StreamThread");
                assertThat(commits).isPositive();
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

    private static void writeClicks(FreshetConfig config) {
        try (var producer = new KafkaProducer<>(
                config.kafka().forProducer(), new ByteArraySerializer(), new ByteArraySerializer())) {
            long nowMs = System.currentTimeMillis();
            for (int click = 0; click < CLICKS; click++) {
                String user = "user-" + click % USERS;
                var _ = producer.send(
                        new ProducerRecord<>(
                                config.get(TopicKeys.CLICKS),
                                user.getBytes(UTF_8),
                                RoleOnKafka.clickJson(user, "item-" + click % 97, nowMs + click)),
                        (_, failure) -> assertThat(failure).isNull());
            }
        }
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
