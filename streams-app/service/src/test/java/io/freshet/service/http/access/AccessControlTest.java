package io.freshet.service.http.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.freshet.service.http.BareServer;
import io.freshet.service.http.RawClient;
import io.freshet.testkit.http.Asker.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which requests a server answers, over real connections. */
final class AccessControlTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final byte[] NO_BODY = {};

    @TempDir
    Path folder;

    @Test
    void shouldAnswerOnlyUnderItsOwnNamesWhenAPageOfAnotherSiteIsReboundToIt() throws Exception {
        try (BareServer server = new BareServer(folder, Map.of("http.hosts", "freshet-http"))) {
            for (String own :
                    List.of("localhost", "127.0.0.1:" + server.port(), "10.2.3.4:8080", "[::1]", "freshet-http")) {
                assertThat(answer(server, "GET", "/metrics", own).status())
                        .as(own)
                        .isEqualTo(200);
            }
            for (String path : List.of("/metrics", "/openapi.json", "/v1/model", "/nowhere")) {
                RawClient.Answer refused = answer(server, "GET", path, "evil.example:" + server.port());
                assertThat(refused.status()).as(path).isEqualTo(421);
                assertThat(refused.body()).contains("unknown-host", "evil.example", "http.hosts");
            }
            assertThat(answer(server, "POST", "/v1/model/resume", "evil.example")
                            .status())
                    .isEqualTo(421);
        }
    }

    @Test
    void shouldAnswerForItsHealthUnderEveryNameWhenAProbeAsks() throws Exception {
        try (BareServer server = new BareServer(folder, Map.of())) {
            for (String host : List.of("10.2.3.4:8080", "any.example")) {
                assertThat(answer(server, "GET", "/health/live", host).status())
                        .as(host)
                        .isEqualTo(200);
            }
        }
    }

    /** Sends a request as a browser does for a page that it believes to be the server's own. */
    private static RawClient.Answer answer(BareServer server, String method, String path, String host)
            throws IOException {
        return server.raw()
                .send(
                        method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host
                                + "\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                        NO_BODY);
    }

    @Test
    void shouldAllowWhatTheScopesOfATokenCover() throws Exception {
        Path file = Files.writeString(folder.resolve("tokens"), """
            reader read
            watcher metrics
            clicker click
            operator admin
            both read,metrics
            all
            """);
        try (BareServer server = new BareServer(folder, Map.of("http.token.file", file.toString()))) {
            assertAllowed(server, "GET", "/openapi.json", List.of("reader", "both", "all"));
            assertAllowed(server, "HEAD", "/metrics", List.of("watcher", "both", "all"));
            assertAllowed(server, "POST", "/v1/model/rollback", List.of("operator", "all"));
            Answer refused = ask(server, "GET", "/metrics", "Bearer reader");
            assertThat(refused.problem()).isEqualTo("insufficient-scope");
            assertThat(refused.header("WWW-Authenticate")).contains("insufficient_scope", "scope=\"metrics\"");
            assertThat(ask(server, "GET", "/nowhere", "Bearer clicker").status())
                    .isEqualTo(404);
            assertThat(ask(server, "GET", "/metrics", "Bearer other").status()).isEqualTo(401);
        }
    }

    private static void assertAllowed(BareServer server, String method, String path, List<String> tokens)
            throws IOException, InterruptedException {
        for (String token : List.of("reader", "watcher", "clicker", "operator", "both", "all")) {
            int status = ask(server, method, path, "Bearer " + token).status();
            if (tokens.contains(token)) {
                assertThat(status).as("%s %s", path, token).isNotIn(401, 403);
            } else {
                assertThat(status).as("%s %s", path, token).isEqualTo(403);
            }
        }
    }

    private static Answer ask(BareServer server, String method, String path, String authorization)
            throws IOException, InterruptedException {
        return server.asker().ask(method, path, NO_BODY, Map.of("Authorization", authorization));
    }

    @Test
    void shouldGiveTheSingleTokenEveryScope() throws Exception {
        try (BareServer server = new BareServer(folder, Map.of("http.token", "only"))) {
            assertThat(ask(server, "GET", "/metrics", "Bearer only").status()).isEqualTo(200);
            assertThat(ask(server, "GET", "/openapi.json", "Bearer only").status())
                    .isEqualTo(200);
            assertThat(ask(server, "POST", "/v1/model/rollback", "Bearer only").status())
                    .isEqualTo(415);
        }
    }

    @Test
    void shouldRefuseBasicCredentialsWhenThereIsNoColon() throws Exception {
        try (BareServer server = new BareServer(folder, Map.of("http.token", "only"))) {
            assertThat(ask(server, "GET", "/metrics", "Basic " + base64("any:only"))
                            .status())
                    .isEqualTo(200);
            assertThat(ask(server, "GET", "/metrics", "Basic " + base64("only")).status())
                    .isEqualTo(401);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    @Test
    void shouldTakeOverTokensOneByOneWhenTheFileChanges() throws Exception {
        Path file = Files.writeString(folder.resolve("tokens"), "old\n");
        try (BareServer server = new BareServer(folder, Map.of("http.token.file", file.toString()))) {
            assertThat(ask(server, "GET", "/metrics", "Bearer new").status()).isEqualTo(401);

            Files.writeString(file, "old\nnew\n");
            await().atMost(TIMEOUT).until(() -> {
                assertThat(ask(server, "GET", "/metrics", "Bearer old").status())
                        .isEqualTo(200);
                return ask(server, "GET", "/metrics", "Bearer new").status() == 200;
            });

            Files.writeString(file, "new\n");
            await().atMost(TIMEOUT).until(() -> {
                assertThat(ask(server, "GET", "/metrics", "Bearer new").status())
                        .isEqualTo(200);
                return ask(server, "GET", "/metrics", "Bearer old").status() == 401;
            });

            Files.writeString(file, "other write\n");
            await().atMost(TIMEOUT)
                    .until(() -> ask(server, "GET", "/metrics", "Bearer new")
                            .text()
                            .contains("freshet_http_reload_failures_total{key=\"http.token.file\"} 1.0"));
        }
    }

    @Test
    void shouldNameTheFileOfTokensThatIsMissingOrWrongAtTheStart() throws Exception {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> new BareServer(folder, Map.of("http.token.file", missing.toString())).close())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("http.token.file")
                .hasMessageContaining(missing.toString());
        Path wrong = Files.writeString(folder.resolve("wrong"), "secret write\n");
        assertThatThrownBy(() -> new BareServer(folder, Map.of("http.token.file", wrong.toString())).close())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("line=1");
    }

    @Test
    void shouldAskAClientToWaitWhenItSendsTooMuch() throws Exception {
        Path file = Files.writeString(folder.resolve("tokens"), "one\nother\n");
        try (BareServer server =
                new BareServer(folder, Map.of("http.max.request.rate", "1", "http.token.file", file.toString()))) {
            Answer refused = await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(TIMEOUT)
                    .until(() -> ask(server, "GET", "/openapi.json", "Bearer one"), answer -> answer.status() == 429);
            assertThat(refused.problem()).isEqualTo("too-many-requests");
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(ask(server, "GET", "/openapi.json", "Bearer other").status())
                    .isEqualTo(200);
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(TIMEOUT)
                    .until(() -> ask(server, "GET", "/openapi.json", "Bearer guessed")
                                    .status()
                            == 429);
            for (int i = 0; i < 5; i++) {
                assertThat(server.asker().get("/health/live").status()).isEqualTo(200);
            }
        }
    }
}
