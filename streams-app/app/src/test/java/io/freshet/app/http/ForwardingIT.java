package io.freshet.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.service.http.access.Forwarder;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import io.freshet.testkit.http.Asker.Answer;
import io.freshet.testkit.process.FreshetProcess;
import io.freshet.testkit.tls.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two instances of the streams role, each a process, on one broker. */
final class ForwardingIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final int USERS = 24;
    private static final List<String> PATHS =
            List.of("/v1/users/user-%d/sequence", "/v1/users/user-%d/recommendations");

    @TempDir
    Path folder;

    @Test
    void shouldAnswerForEveryUserWhicheverIsAskedAndWhenOneIsKilled() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"));
                Instance one = start(kafka, "one", "kafka.main.consumer.session.timeout.ms=3000");
                Instance other = start(kafka, "other", "kafka.main.consumer.session.timeout.ms=3000")) {
            awaitShared(one, other);
            clickOnce(one.asker());

            awaitAllAnswered(one.asker());
            awaitAllAnswered(other.asker());
            List<Integer> passedOn = passedOn(one.asker());
            assertThat(passedOn).isNotEmpty().hasSizeLessThan(USERS);
            assertThat(passedOn(other.asker())).hasSize(USERS - passedOn.size());
            assertPassedOnOnceOnly(one.asker(), passedOn.getFirst());

            other.process().kill();
            await().atMost(TIMEOUT).untilAsserted(() -> {
                for (int user = 0; user < USERS; user++) {
                    Answer answer = one.asker().get(PATHS.getFirst().formatted(user));
                    assertThat(answer.status()).isIn(200, 503);
                    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
                    assertThat(answer.header(Forwarder.ANSWERED_BY)).isEmpty();
                }
            });
        }
    }

    private static void assertPassedOnOnceOnly(Asker asker, int user) throws IOException, InterruptedException {
        Answer answer =
                asker.ask("GET", PATHS.getFirst().formatted(user), new byte[0], Map.of(Forwarder.FORWARDED, "1"));
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("user-moving");
        assertThat(answer.header("Retry-After")).isNotEmpty();
    }

    @Test
    void shouldPassRequestsOnOverTlsWhenBothInstancesSpeakIt() throws Exception {
        Certificates certificates = new Certificates(folder);
        certificates.make("freshet", "ip:127.0.0.1");
        String[] settings = {
            "http.tls.certificate=" + certificates.certificate("freshet"),
            "http.tls.key=" + certificates.privateKey("freshet"),
            "http.tls.trusted=" + certificates.certificate("freshet"),
            "http.token=both"
        };
        SSLContext trusting = certificates.contextTrusting("freshet");
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"));
                Instance one = start(kafka, "one", settings);
                Instance other = start(kafka, "other", settings)) {
            Instance first = new Instance(one.process(), Asker.at(one.port(), trusting, "both"), one.port());
            Instance second = new Instance(other.process(), Asker.at(other.port(), trusting, "both"), other.port());
            awaitShared(first, second);
            clickOnce(first.asker());

            awaitAllAnswered(first.asker());
            assertThat(passedOn(first.asker())).isNotEmpty();
        }
    }

    @Test
    void shouldAnswerFromACopyWhenThatIsAllowedAndTheOtherInstanceIsAway() throws Exception {
        // The group takes longer to notice than this test waits, so the answers come from the standby copy.
        String[] settings = {
            "kafka.main.consumer.session.timeout.ms=300000", "kafka.num.standby.replicas=1", "http.stale.reads=true"
        };
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"));
                Instance one = start(kafka, "one", settings);
                Instance other = start(kafka, "other", settings)) {
            awaitShared(one, other);
            clickOnce(one.asker());
            awaitAllAnswered(one.asker());
            assertThat(passedOn(one.asker())).isNotEmpty();

            other.process().kill();

            awaitAllAnswered(one.asker());
            assertThat(passedOn(one.asker())).isEmpty();
        }
    }

    private record Instance(FreshetProcess process, Asker asker, int port) implements AutoCloseable {
        @Override
        public void close() {
            process.close();
        }
    }

    private Instance start(EmbeddedKafka kafka, String name, String... settings) throws IOException {
        int port = ListenerPorts.free();
        Path file = folder.resolve(name + ".properties");
        Files.writeString(file, """
            kafka.bootstrap.servers=%s
            state.dir=%s
            model.store.path=%s
            topics.partitions=4
            http.port=%d
            http.forward.timeout.ms=20000
            %s
            """.formatted(
                        kafka.bootstrapServers(),
                        folder.resolve(name),
                        folder.resolve("models"),
                        port,
                        String.join("\n", settings)));
        FreshetProcess process = FreshetProcess.start(
                folder.resolve(name + ".txt"), "run", "--roles", "streams", "--config", file.toString());
        return new Instance(process, Asker.at(port), port);
    }

    /** Waits until both instances run and each holds some of the partitions. */
    private static void awaitShared(Instance one, Instance other) {
        for (Instance instance : List.of(one, other)) {
            await().atMost(TIMEOUT)
                    .ignoreExceptions()
                    .until(() -> instance.asker().get("/health/ready").json().findValuesAsText("reasons").stream()
                                    .noneMatch(reason -> reason.contains("state="))
                            && instance.asker().get("/v1/users/x/sequence").status() == 404);
        }
        await().atMost(TIMEOUT).ignoreExceptions().until(() -> {
            int passedOn = passedOn(one.asker()).size();
            return passedOn > 0 && passedOn < USERS;
        });
    }

    private static void clickOnce(Asker asker) throws IOException, InterruptedException {
        List<String> clicks = IntStream.range(0, USERS)
                .mapToObj(user -> "{\"user_id\":\"user-%d\",\"item_id\":\"item-%d\",\"timestamp\":%d}"
                        .formatted(user, user, System.currentTimeMillis()))
                .toList();
        assertThat(asker.post("/v1/clicks", clicks.toString()).status()).isEqualTo(202);
    }

    private static void awaitAllAnswered(Asker asker) {
        await().atMost(TIMEOUT).ignoreExceptions().untilAsserted(() -> {
            for (int user = 0; user < USERS; user++) {
                for (String path : PATHS) {
                    Answer answer = asker.get(path.formatted(user));
                    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
                    assertThat(answer.json().path("user_id").asText()).isEqualTo("user-" + user);
                }
            }
        });
    }

    /** Returns the users whose requests this instance forwards. */
    private static List<Integer> passedOn(Asker asker) throws IOException, InterruptedException {
        List<Integer> passedOn = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            if (!asker.get(PATHS.getFirst().formatted(user))
                    .header(Forwarder.ANSWERED_BY)
                    .isEmpty()) {
                passedOn.add(user);
            }
        }
        return passedOn;
    }
}
