package io.freshet.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TrainerRole;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.SnapshotStoreException;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import io.freshet.testkit.http.Asker.Answer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the probes of a process with both roles, one of which fails. */
final class HealthIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    @Test
    void shouldTellLearningAndServingApart() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"))) {
            FreshetConfig config = config(kafka);
            TopicSetup.run(config, TIMEOUT);
            FileSnapshotStore good = new FileSnapshotStore(config.modelStorePath());
            TroubledStore troubled = new TroubledStore(good);
            Asker asker = Asker.at(config.http().port());
            PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            try (TrainerRole first = new TrainerRole(config, good, registry, Clock.systemUTC())) {
                first.start(); // creates a snapshot to serve
                await().atMost(TIMEOUT).until(() -> first.status().training().snapshots() > 0);
            }
            try (StreamsRole streams = new StreamsRole(config, good, registry, Clock.systemUTC());
                    TrainerRole trainer = new TrainerRole(config, troubled, registry, Clock.systemUTC());
                    HttpServer _ = HttpServer.start(
                            config, new HttpServer.Roles(streams, trainer, troubled, registry, null))) {
                streams.start();
                trainer.start();
                await().atMost(TIMEOUT)
                        .until(() -> asker.get("/health/ready").status() == 200 && trainer.restarts() > 0);
                Answer ready = asker.get("/health/ready");
                assertThat(ready.json().at("/serving/ready").asBoolean()).isTrue();
                assertThat(ready.json().at("/learning/ready").asBoolean(true)).isFalse();
                assertThat(ready.json().at("/learning/restarts").asInt()).isPositive();
                assertThat(ready.json().at("/learning/seconds_since_step").asDouble())
                        .isPositive();
                assertThat(ready.json().at("/learning/reasons/0").asText()).contains("S3 must be reached");
                await().atMost(TIMEOUT).until(() -> asker.get("/health/live").status() == 200);
                assertThat(asker.get("/metrics").text()).contains("freshet_trainer_restarts_total");

                troubled.hang();
                await().atMost(TIMEOUT).until(() -> asker.get("/health/live").status() == 503);
                JsonNode dead = asker.get("/health/live").json();
                assertThat(dead.at("/reasons/0").asText())
                        .contains("trainer: loop trainer must make progress within 5.0 s");

                troubled.heal();
                await().atMost(TIMEOUT)
                        .until(() -> asker.get("/health/ready")
                                .json()
                                .at("/learning/ready")
                                .asBoolean());
                await().atMost(TIMEOUT).until(() -> asker.get("/health/live").status() == 200);
            }
        }
    }

    private FreshetConfig config(EmbeddedKafka kafka) throws IOException {
        Map<String, String> settings = new HashMap<>();
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("state.dir", folder.resolve("state").toString());
        settings.put("topics.partitions", "1");
        settings.put("model.dim", "16");
        settings.put("health.stall.ms", "5000");
        settings.put("online.lease.timeout.ms", "0");
        settings.put("http.port", Integer.toString(ListenerPorts.free()));
        return FreshetConfig.of(settings);
    }

    /** A store that is first unreachable, then does not answer, and then works. */
    private static final class TroubledStore implements SnapshotStore {
        private final SnapshotStore store;
        private final CountDownLatch healed = new CountDownLatch(1);
        private volatile boolean hangs;

        TroubledStore(SnapshotStore store) {
            this.store = store;
        }

        void hang() {
            hangs = true;
        }

        void heal() {
            healed.countDown();
        }

        @Override
        public List<String> versions(String model) throws IOException {
            if (hangs) {
                awaitHealing();
            } else {
                throw new SnapshotStoreException("S3 must be reached", new IOException("Connection refused"));
            }
            return store.versions(model);
        }

        private void awaitHealing() throws IOException {
            try {
                healed.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public Manifest save(ManifestDraft draft, SnapshotFiles files) throws IOException {
            return store.save(draft, files);
        }

        @Override
        public Manifest manifest(String model, String version) throws IOException {
            return store.manifest(model, version);
        }

        @Override
        public Snapshot open(String model, String version, Predicate<String> wanted) throws IOException {
            return store.open(model, version, wanted);
        }

        @Override
        public void delete(String model, String version) throws IOException {
            store.delete(model, version);
        }
    }
}
