package io.freshet.service.http.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.service.http.BareServer;
import io.freshet.testkit.http.Asker;
import io.freshet.testkit.tls.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a server that uses TLS, and its clients. */
@SuppressWarnings("NullAway.Init") // JUnit calls makeCertificates before each test.
final class TlsIdentityTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static Certificates certificates;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new Certificates(folder);
        certificates.make("first", "ip:127.0.0.1,dns:localhost");
        certificates.make("second", "ip:127.0.0.1");
    }

    @Test
    void shouldSpeakTlsOnlyAndChangeItsCertificateWhenTheFilesChange() throws Exception {
        Path certificate = folder.resolve("tls.crt");
        Path key = folder.resolve("tls.key");
        copy(certificates.certificate("first"), certificate);
        copy(certificates.privateKey("first"), key);
        try (BareServer server = new BareServer(
                folder, Map.of("http.tls.certificate", certificate.toString(), "http.tls.key", key.toString()))) {
            Asker asker = Asker.at(server.port(), certificates.contextTrusting("first"));
            assertThat(asker.get("/health/live").status()).isEqualTo(200);
            assertThat(asker.get("/metrics").text())
                    .contains("freshet_http_certificate_remaining_seconds 60")
                    .contains("freshet_http_reload_failures_total{key=\"http.tls.certificate\"} 0.0");
            assertThatThrownBy(() -> server.asker().get("/health/live")).isInstanceOf(IOException.class);

            copy(certificates.certificate("second"), certificate);
            copy(certificates.privateKey("second"), key);
            await().atMost(TIMEOUT).until(() -> isTrustedBy("second", server));
            assertThat(isTrustedBy("first", server)).isFalse();

            Files.writeString(key, "none");
            await().atMost(TIMEOUT)
                    .until(() -> Asker.at(server.port(), certificates.contextTrusting("second"))
                            .get("/metrics")
                            .text()
                            .contains("freshet_http_reload_failures_total{key=\"http.tls.certificate\"} 1.0"));
        }
    }

    private static boolean isTrustedBy(String alias, BareServer server) throws Exception {
        try {
            return Asker.at(server.port(), certificates.contextTrusting(alias))
                            .get("/health/live")
                            .status()
                    == 200;
        } catch (SSLHandshakeException e) {
            return false;
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void shouldBeHealthyForTheImagesScript() throws Exception {
        String certificate = certificates.certificate("first").toString();
        String key = certificates.privateKey("first").toString();
        assumeTrue(new ProcessBuilder("which", "curl").start().waitFor() == 0, "curl is not on the PATH");
        try (BareServer server =
                new BareServer(folder, Map.of("http.tls.certificate", certificate, "http.tls.key", key))) {
            Map<String, String> environment = Map.of(
                    "FRESHET_PID", Long.toString(ProcessHandle.current().pid()),
                    "FRESHET_HTTP_PORT", Integer.toString(server.port()),
                    "FRESHET_HTTP_TLS_CERTIFICATE", certificate);
            ProcessBuilder script = new ProcessBuilder("bash", "../../docker/bin/freshet-health", "live").inheritIO();
            script.environment().putAll(environment);

            assertThat(script.start().waitFor()).isZero();
        }
    }

    @Test
    void shouldNameTheFileThatIsWrongAtTheStart() throws Exception {
        Path certificate = certificates.certificate("first");
        Path key = certificates.privateKey("first");
        Path other = certificates.privateKey("second");
        Path missing = folder.resolve("missing.pem");

        assertRefused(missing, key, "http.tls.certificate", missing.toString());
        assertRefused(certificate, missing, "must exist", missing.toString());
        assertRefused(key, key, "http.tls.certificate", "PEM block CERTIFICATE");
        assertRefused(certificate, certificate, "http.tls.key", "PEM block PRIVATE KEY");
        assertRefused(certificate, other, "http.tls.key must be the private key", "CN=first");
    }

    private static void assertRefused(Path certificate, Path key, String... message) {
        assertThatThrownBy(() -> new BareServer(
                                folder,
                                Map.of("http.tls.certificate", certificate.toString(), "http.tls.key", key.toString()))
                        .close())
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(message);
    }
}
