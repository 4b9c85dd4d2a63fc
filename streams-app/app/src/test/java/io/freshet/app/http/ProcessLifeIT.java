package io.freshet.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import io.freshet.testkit.http.Asker.Answer;
import io.freshet.testkit.process.FreshetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code freshet run} as a process, through its probes, its log and its exit code. */
final class ProcessLifeIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final int PROBLEM = 1;
    private static final int USAGE = 2;

    @TempDir
    Path folder;

    @Test
    void shouldWaitForTopicsAndRefuseAnotherApplicationOnThem() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"))) {
            int port = ListenerPorts.free();
            try (FreshetProcess _ = run("first", kafka, "topics.create=false", "http.port=" + port)) {
                Asker asker = Asker.at(port);
                await().atMost(TIMEOUT)
                        .ignoreExceptions()
                        .untilAsserted(() -> assertThat(asker.get("/health/ready")
                                        .json()
                                        .at("/reasons")
                                        .toString())
                                .contains("topics: waiting until they exist", "model-log", "recommendation-requests"));
                assertThat(asker.get("/health/live").status()).isEqualTo(200);
                assertThat(asker.get("/health/ready").status()).isEqualTo(503);
                createTopics(kafka);
                await().atMost(TIMEOUT)
                        .untilAsserted(() ->
                                assertThat(asker.get("/health/ready").status()).isEqualTo(200));
                Answer ready = asker.get("/health/ready");
                assertThat(ready.json().at("/serving/ready").asBoolean()).isTrue();
                await().atMost(TIMEOUT)
                        .until(() -> learning(asker).path("ready").asBoolean());
                assertThat(learning(asker).path("restarts").asInt(-1)).isZero();
                assertThat(learning(asker).path("phase").asText()).isEqualTo("LEARNING");
                String click = "{\"user_id\":\"ann\",\"item_id\":\"tea\",\"timestamp\":%d}"
                        .formatted(System.currentTimeMillis());
                assertThat(asker.post("/v1/clicks", click).status()).isEqualTo(202);
                await().atMost(TIMEOUT)
                        .until(() -> asker.get("/v1/users/ann/sequence").status() == 200);
                awaitCommittedClick(kafka);
            }

            try (FreshetProcess check = run("check", kafka, "--check", "application.id=other")) {
                assertThat(check.await(TIMEOUT)).isEqualTo(PROBLEM);
                assertThat(Files.readString(folder.resolve("check.txt")))
                        .contains("application.id: Only one application may sequence the clicks")
                        .contains("application.id=freshet has consumed topic clicks");
            }
            assertRefused(run("second", kafka, "application.id=other"), "second");
            assertRefused(run("third", kafka, "application.id=other", "model.name=wide"), "third");
            int next = ListenerPorts.free();
            try (FreshetProcess replacing =
                    run("fourth", kafka, "application.id=other", "application.replaces=freshet", "http.port=" + next)) {
                Asker asker = Asker.at(next);
                await().atMost(TIMEOUT)
                        .ignoreExceptions()
                        .until(() -> asker.get("/health/ready").status() == 200);
                assertThat(replacing.isAlive()).isTrue();
            }
        }
    }

    private static void awaitCommittedClick(EmbeddedKafka kafka) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            await().atMost(TIMEOUT)
                    .ignoreExceptions()
                    .until(() ->
                            admin
                                    .listConsumerGroupOffsets("freshet")
                                    .partitionsToOffsetAndMetadata()
                                    .get()
                                    .keySet()
                                    .stream()
                                    .anyMatch(partition -> partition.topic().equals("clicks")));
        }
    }

    private void assertRefused(FreshetProcess process, String name) throws Exception {
        try (process) {
            assertThat(process.await(TIMEOUT)).isEqualTo(USAGE);
            assertThat(Files.readString(folder.resolve(name + ".txt")))
                    .contains("application.id=other", "application.id=freshet", "application.replaces");
        }
    }

    private static JsonNode learning(Asker asker) throws IOException, InterruptedException {
        return asker.get("/health/ready").json().path("learning");
    }

    private FreshetProcess run(String name, EmbeddedKafka kafka, String... settings) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("run"));
        for (String setting : settings) {
            arguments.addAll(setting.startsWith("--") ? List.of(setting) : List.of("--set", setting));
        }
        arguments.addAll(List.of(
                "--set",
                "kafka.bootstrap.servers=" + kafka.bootstrapServers(),
                "--set",
                "state.dir=" + folder.resolve(name),
                "--set",
                "model.store.path=" + folder.resolve("models"),
                "--set",
                "topics.partitions=2",
                "--set",
                "model.dim=16"));
        return FreshetProcess.start(folder.resolve(name + ".txt"), arguments.toArray(String[]::new));
    }

    private static void createTopics(EmbeddedKafka kafka) {
        FreshetConfig config =
                FreshetConfig.of(Map.of("kafka.bootstrap.servers", kafka.bootstrapServers(), "topics.partitions", "2"));
        try (Admin admin = Admin.create(config.kafka().forAdmin())) {
            TopicSetup setup = new TopicSetup(admin, config, TIMEOUT);
            // A broker on a busy machine is fenced briefly now and then.
            await().atMost(TIMEOUT).ignoreExceptions().until(() -> {
                setup.createMissing();
                return setup.missing().isEmpty();
            });
        }
    }
}
