package io.freshet.app.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.service.config.FreshetConfig;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.tls.Certificates;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartCheckTest {
    private static final Roles STREAMS = new Roles(true, false, false);

    @TempDir
    Path folder;

    @Test
    void shouldNameAllMistakesOfAConfigurationAtOnce() throws Exception {
        Path file = Files.writeString(
                folder.resolve("freshet.properties"),
                "sequencer.windw=20\nscoring.top.k=ten\nkafka.securty.protocol=SSL\n");

        List<Finding> findings =
                new StartCheck(STREAMS).run(file, Map.of("FRESHET_STATE_DIRS", "x"), Map.of("online.gate.share", "7"));

        assertThat(findings)
                .extracting(Finding::outcome, finding -> finding.message() + "; " + finding.remedy())
                .satisfiesExactlyInAnyOrder(
                        found -> assertThat(found.toList()).first().isEqualTo(Outcome.PROBLEM),
                        found -> assertThat(found.toList()).first().isEqualTo(Outcome.PROBLEM),
                        found -> assertThat(found.toList()).first().isEqualTo(Outcome.PROBLEM),
                        found -> assertThat(found.toList()).first().isEqualTo(Outcome.WARNING),
                        found -> assertThat(found.toList()).first().isEqualTo(Outcome.WARNING));
        assertThat(findings.toString())
                .contains("sequencer.windw", "nearest known one is sequencer.window")
                .contains("scoring.top.k", "10 items unless set")
                .contains("online.gate.share")
                .contains("kafka.security.protocol")
                .contains("FRESHET_STATE_DIR");
    }

    @Test
    void shouldNameWhatOnlyTogetherIsWrong() throws Exception {
        List<Finding> findings =
                new StartCheck(STREAMS).run(null, Map.of(), Map.of("model.dim", "64", "model.heads", "7"));

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.outcome()).isEqualTo(Outcome.PROBLEM);
            assertThat(finding.message()).contains("heads=7");
        });
    }

    @Test
    void shouldNameAFormatOfClicksAndAPathThatAreNone() throws Exception {
        Map<String, String> settings = Map.of("clicks.format", "xml", "clicks.field.user", "customer..id");

        assertThat(new StartCheck(STREAMS).run(null, Map.of(), settings))
                .hasSize(2)
                .allSatisfy(finding -> assertThat(finding.outcome()).isEqualTo(Outcome.PROBLEM))
                .extracting(Finding::message)
                .anySatisfy(message ->
                        assertThat(message).contains("xml", "clicks.format", "json, cloudevents, debezium, connect"))
                .anySatisfy(message -> assertThat(message).contains("clicks.field.user", "\"customer..id\""));
    }

    @Test
    void shouldCheckTheTokensAndTheCertificateOfTheHttpServer() throws Exception {
        Certificates certificates = new Certificates(folder);
        certificates.make("freshet", "dns:localhost");
        String certificate = certificates.certificate("freshet").toString();
        String key = certificates.privateKey("freshet").toString();
        String tokens =
                Files.writeString(folder.resolve("tokens"), "one read\ntwo\n").toString();
        String wrong = Files.writeString(folder.resolve("wrong"), "one write\n").toString();

        assertThat(checked(Map.of("http.token.file", tokens, "http.tls.certificate", certificate, "http.tls.key", key)))
                .filteredOn(finding -> finding.outcome() == Outcome.OK)
                .extracting(Finding::message)
                .anyMatch("tokens=2"::equals)
                .anyMatch(message -> message.startsWith("is valid until "));
        assertThat(checked(Map.of(
                        "http.token.file", wrong, "http.tls.certificate", certificate, "http.tls.key", certificate)))
                .filteredOn(finding -> finding.outcome() == Outcome.PROBLEM)
                .extracting(Finding::message)
                .anyMatch(message -> message.contains("line=1"))
                .anyMatch(message -> message.contains("PEM block PRIVATE KEY"));
    }

    private static List<Finding> checked(Map<String, String> settings) throws IOException {
        Map<String, String> all = new HashMap<>(settings);
        try (ServerSocket free = new ServerSocket(0)) {
            all.put("http.port", Integer.toString(free.getLocalPort()));
        }
        List<Finding> findings = new ArrayList<>();
        new HttpCheck(FreshetConfig.of(all)).run(findings::add);
        return findings;
    }

    @Test
    void shouldTellOfACheckThatHangsWhatItFoundBefore() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        RunningCheck hanging = RunningCheck.start("disk", Duration.ofSeconds(2), "look at it", found -> {
            found.accept(Finding.ok("disk", "is there"));
            never.await();
        });

        assertThat(hanging.await())
                .containsExactly(
                        Finding.ok("disk", "is there"),
                        Finding.problem("disk", "must answer within 2 s, and does not", "look at it"));
    }

    @Test
    void shouldHoldLimitsAgainstTheMemoryThatThereIs() {
        MemoryCheck memory = new MemoryCheck(FreshetConfig.of(Map.of()), STREAMS);

        assertThat(memory.compare(1L << 30, 1L << 30, 3L << 30).outcome()).isEqualTo(Outcome.OK);
        assertThat(memory.compare(2L << 30, 1L << 30, 3L << 30).outcome()).isEqualTo(Outcome.PROBLEM);
        assertThat(MemoryCheck.tensors("3840m")).isEqualTo(3840L << 20);
        assertThat(MemoryCheck.tensors("2G")).isEqualTo(2L << 30);
        assertThat(MemoryCheck.tensors("")).isEqualTo(Runtime.getRuntime().maxMemory());
    }

    @Test
    void shouldWarnOfADiskThatIsNearlyFull() {
        WritableDirCheck state = new WritableDirCheck("state.dir", "state.dir", folder);

        assertThat(state.space(folder, 100L << 20).outcome()).isEqualTo(Outcome.WARNING);
        assertThat(state.space(folder, 100L << 30).outcome()).isEqualTo(Outcome.OK);
        assertThat(folder).isEmptyDirectory();
        assertThat(state.writable().outcome()).isNotEqualTo(Outcome.PROBLEM);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldNameASchemaRegistryThatDoesNotAnswer() throws IOException {
        String url = "http://127.0.0.1:" + ListenerPorts.free();
        List<Finding> findings = new ArrayList<>();
        new SchemaRegistryCheck(FreshetConfig.of(Map.of("schema.registry.url", url))).run(findings::add);
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.outcome()).isEqualTo(Outcome.PROBLEM);
            assertThat(finding.message()).contains(url + " must answer");
        });

        List<Finding> none = new ArrayList<>();
        new SchemaRegistryCheck(FreshetConfig.of(Map.of())).run(none::add);
        assertThat(none).isEmpty();
    }
}
