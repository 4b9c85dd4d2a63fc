package io.freshet.app.cli.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.app.cli.Freshet;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.snapshot.Manifest;
import io.freshet.testkit.broker.Broker;
import io.freshet.training.config.OnlineConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code freshet models adopt} with a Kafka cluster that has never seen the model. */
class ModelsAdoptIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void shouldAdoptASnapshotOnceItIsClearWhereLearningContinues() throws Exception {
        try (Broker kafka = Broker.start(folder.resolve("kafka"))) {
            Path models = folder.resolve("models");
            Map<String, String> settings = Map.of(
                    "kafka.bootstrap.servers",
                    kafka.bootstrapServers(),
                    "topics.partitions",
                    "4",
                    "model.store.path",
                    models.toString());
            FreshetConfig config = FreshetConfig.of(settings);
            TopicSetup.run(config, TIMEOUT);
            FileSnapshotStore store = new FileSnapshotStore(models);
            Manifest snapshot = SmallSnapshots.save(store, 5, Instant.EPOCH);

            assertThat(adopt(settings, "000000000005-000000000000")).isEqualTo(2);
            assertThat(err.toString()).contains("no such snapshot of model default", snapshot.version());
            assertThat(adopt(settings, snapshot.version())).isEqualTo(2);
            assertThat(err.toString()).contains("another cluster", "--learn-from beginning or end");
            try (KafkaConsumer<byte[], byte[]> _ = joined(config.trainer())) {
                assertThat(adopt(settings, snapshot.version(), "--learn-from", "end"))
                        .isEqualTo(2);
                assertThat(err.toString()).contains("stop every trainer of model default first: running=1");
            }
            err.getBuffer().setLength(0);
            Map<String, String> several = new HashMap<>(settings);
            several.put("learners.count", "2");
            try (KafkaConsumer<byte[], byte[]> _ = joined(config.trainer().withLearners(2, 1))) {
                assertThat(adopt(several, snapshot.version(), "--learn-from", "end"))
                        .isEqualTo(2);
                assertThat(err.toString()).contains("stop every trainer of model default first: running=1");
            }
            assertThat(adopt(settings, snapshot.version(), "--learn-from", "end", "--dry-run"))
                    .isZero();
            assertThat(store.manifest(SmallSnapshots.MODEL, snapshot.version())).isEqualTo(snapshot);

            assertThat(adopt(settings, snapshot.version(), "--learn-from", "end"))
                    .isZero();

            Manifest adopted = store.manifest(SmallSnapshots.MODEL, snapshot.version());
            assertThat(adopted.lineage()).isEqualTo(1);
            assertThat(adopted.files()).isEqualTo(snapshot.files());
            assertThat(adopted.modelLog().offset()).isZero();
            assertThat(adopted.inputs()).hasSize(4).allMatch(position -> position.offset() == 0);
        }
    }

    /** Returns a member of the group that the model's trainers join. */
    private static KafkaConsumer<byte[], byte[]> joined(OnlineConfig config) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        config.clients().consumer().get("bootstrap.servers"),
                        "group.id",
                        OnlineConfig.leaseGroup(
                                config.clients().transactionalId(),
                                config.learners().count())),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(config.topics().modelManifests()));
        await().atMost(TIMEOUT).until(() -> {
            consumer.poll(Duration.ofMillis(100));
            return !consumer.assignment().isEmpty();
        });
        return consumer;
    }

    private int adopt(Map<String, String> settings, String version, String... more) {
        List<String> arguments = new ArrayList<>(List.of("models", "adopt", version));
        settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        arguments.addAll(List.of(more));
        return Freshet.commandLine().setErr(new PrintWriter(err)).execute(arguments.toArray(String[]::new));
    }
}
