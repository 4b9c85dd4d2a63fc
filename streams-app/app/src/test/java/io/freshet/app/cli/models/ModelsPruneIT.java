package io.freshet.app.cli.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.cli.Freshet;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import io.freshet.testkit.broker.Broker;
import io.freshet.training.publish.ServedVersion;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code freshet models prune} and {@code show} with a Kafka cluster that records which model is served. */
class ModelsPruneIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Two on the first day, one on the second, three on the third. */
    private static final List<String> TIMES = List.of(
            "2026-03-01T08:00:00Z",
            "2026-03-01T20:00:00Z",
            "2026-03-02T08:00:00Z",
            "2026-03-03T08:00:00Z",
            "2026-03-03T09:00:00Z",
            "2026-03-03T10:00:00Z");

    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void shouldRemoveWhatIsKeptNoLongerButNeverWhatIsServed() throws Exception {
        try (Broker kafka = Broker.start(folder.resolve("kafka"))) {
            Path models = folder.resolve("models");
            String[] settings = {
                "--set", "kafka.bootstrap.servers=" + kafka.bootstrapServers(), "--set", "model.store.path=" + models
            };
            FreshetConfig config = FreshetConfig.of(
                    Map.of("kafka.bootstrap.servers", kafka.bootstrapServers(), "model.store.path", models.toString()));
            TopicSetup.run(config, TIMEOUT);
            FileSnapshotStore store = new FileSnapshotStore(models);
            List<String> versions = saveAndAnnounce(store, kafka.bootstrapServers());
            try (ServedVersion served = new ServedVersion(config.trainer())) {
                served.rollBack(versions.getFirst(), Instant.EPOCH);

                assertThat(execute("prune", settings, "--keep", "0")).isEqualTo(2);
                assertThat(err.toString()).contains("--keep must be at least 1");
                assertThat(execute("prune", settings, "--keep", "2", "--keep-daily", "2", "--dry-run"))
                        .isZero();
                assertThat(store.versions(SmallSnapshots.MODEL)).isEqualTo(versions);

                assertThat(execute("prune", settings, "--keep", "2", "--keep-daily", "2"))
                        .isZero();

                List<String> left = List.of(versions.get(0), versions.get(2), versions.get(4), versions.get(5));
                assertThat(store.versions(SmallSnapshots.MODEL)).isEqualTo(left);
                assertThat(served.snapshots().stream()
                                .map(Manifest::version)
                                .toList()
                                .reversed())
                        .isEqualTo(left);
                assertThat(served(settings, versions.getFirst())).isEqualTo("rolled-back-to");
                assertThat(served(settings, "latest")).isEqualTo("no");
                served.resume();
                assertThat(served(settings, "latest")).isEqualTo("newest");
                assertThat(execute("prune", settings, "--keep", "1")).isZero();
                assertThat(store.versions(SmallSnapshots.MODEL)).containsExactly(versions.getLast());
            }
        }
    }

    private static List<String> saveAndAnnounce(FileSnapshotStore store, String servers) throws Exception {
        List<String> versions = new ArrayList<>();
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers), new StringSerializer(), new ByteArraySerializer())) {
            for (String time : TIMES) {
                Manifest manifest = SmallSnapshots.save(store, versions.size() + 1L, Instant.parse(time));
                versions.add(manifest.version());
                producer.send(new ProducerRecord<>(
                                "model-manifests",
                                0,
                                manifest.model() + "/" + manifest.version(),
                                ManifestCodec.toJson(manifest)))
                        .get();
            }
        }
        return versions;
    }

    private String served(String[] settings, String version) throws Exception {
        Path json = folder.resolve("show.json");
        assertThat(execute("show", settings, version, "--json", json.toString()))
                .isZero();
        return new ObjectMapper()
                .readTree(Files.readString(json))
                .path("served")
                .asText();
    }

    private int execute(String command, String[] settings, String... more) {
        List<String> arguments = new ArrayList<>(List.of("models", command));
        arguments.addAll(List.of(settings));
        arguments.addAll(List.of(more));
        return Freshet.commandLine().setErr(new PrintWriter(err)).execute(arguments.toArray(String[]::new));
    }
}
