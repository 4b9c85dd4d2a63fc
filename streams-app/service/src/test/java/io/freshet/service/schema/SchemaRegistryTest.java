package io.freshet.service.schema;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.freshet.service.schema.SchemaRegistry.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Answers that the registry of the other tests does not give: other errors, a password, and a schema that is registered
 * late.
 */
@SuppressWarnings("NullAway.Init") // JUnit calls startServer before each test.
final class SchemaRegistryTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final SchemaId ID = new SchemaId(SchemaId.Kind.CONFLUENT, 7);
    private static final String UNKNOWN = "{\"error_code\":40403,\"message\":\"Schema 7 not found\"}";

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;
    private volatile int status = 200;
    private volatile boolean stalls;
    private volatile String body = "{\"schema\":\"text\"}";

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        requests.add(
                exchange.getRequestURI() + " " + exchange.getRequestHeaders().getFirst("Authorization"));
        byte[] bytes = body.replace("#", Integer.toString(requests.size())).getBytes(UTF_8);
        if (stalls) {
            exchange.sendResponseHeaders(status, bytes.length + 1);
            exchange.getResponseBody().write(bytes);
            exchange.getResponseBody().flush();
            return;
        }
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private RegistryClient client() {
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        return new RegistryClient(url, "me", () -> "secret:ü");
    }

    /** Returns the answer to a question that is repeated until there is one, because this machine may be busy. */
    private static Answer answer(SchemaRegistry schemas) {
        return await().atMost(TIMEOUT)
                .ignoreException(RegistryAwayException.class)
                .until(() -> schemas.require(ID), answer -> answer != null);
    }

    @Test
    void shouldAskOnceForASchemaWithUserAndPassword() {
        SchemaRegistry schemas = new SchemaRegistry(client(), Duration.ofMinutes(1));

        assertThat(answer(schemas)).isEqualTo(new Answer.Known(new RegisteredSchema("text", List.of())));
        assertThat(schemas.ask(ID)).isEqualTo(new Answer.Known(new RegisteredSchema("text", List.of())));
        assertThat(requests).containsExactly("/schemas/ids/7 Basic bWU6c2VjcmV0OsO8");
        assertThat(schemas.trouble()).isEmpty();
    }

    @Test
    void shouldRememberThatAnIdIsUnknownAndAskAgainLater() {
        status = 404;
        body = UNKNOWN;
        SchemaRegistry remembering = new SchemaRegistry(client(), Duration.ofMinutes(1));
        assertThat(answer(remembering)).isInstanceOf(Answer.Unknown.class);
        assertThat(remembering.ask(ID)).isInstanceOf(Answer.Unknown.class);
        assertThat(requests).hasSize(1);

        SchemaRegistry forgetting = new SchemaRegistry(client(), Duration.ZERO);
        assertThat(answer(forgetting)).isInstanceOf(Answer.Unknown.class);
        status = 200;
        body = "{\"schema\":\"late\"}";
        assertThat(forgetting.ask(ID)).isNull();
        await().atMost(TIMEOUT).until(() -> forgetting.ask(ID) instanceof Answer.Known);
        assertThat(forgetting.require(ID)).isInstanceOf(Answer.Known.class);
    }

    @Test
    void shouldWaitIfTheAnswerIsNotThatOfARegistry() {
        for (int code : new int[] {401, 403, 404, 500, 503, 302}) {
            status = code;
            body = "<html>not a registry</html>";
            SchemaRegistry schemas = new SchemaRegistry(client(), Duration.ofMinutes(1));
            await().atMost(TIMEOUT)
                    .until(() -> schemas.ask(ID) != null || schemas.trouble().isPresent());
            assertThat(schemas.trouble())
                    .hasValueSatisfying(why -> assertThat(why).contains("HTTP " + code));
            assertThat(schemas.ask(ID)).isNull();
            assertThatThrownBy(() -> schemas.require(ID)).isInstanceOf(RegistryAwayException.class);
        }
    }

    @Test
    void shouldNotWaitForAnAnswerThatStopsInTheMiddle() {
        stalls = true;
        SchemaRegistry schemas = new SchemaRegistry(client(), Duration.ofMinutes(1));
        assertThat(schemas.ask(ID)).isNull();
        await().atMost(TIMEOUT).until(() -> schemas.trouble().isPresent());
        assertThat(schemas.trouble()).hasValueSatisfying(why -> assertThat(why).contains("not complete"));
        stalls = false;
        assertThat(answer(schemas)).isInstanceOf(Answer.Known.class);
    }

    @Test
    void shouldNotReadAnAnswerThatIsTooLong() {
        body = "{\"schema\":\"" + "x".repeat(9 << 20) + "\"}";
        SchemaRegistry schemas = new SchemaRegistry(client(), Duration.ofMinutes(1));
        assertThat(schemas.ask(ID)).isNull();
        await().atMost(TIMEOUT).until(() -> schemas.trouble().isPresent());
        assertThat(schemas.ask(ID)).isNull();
    }

    @Test
    void shouldEndAtReferencesThatHaveNoEnd() {
        body = "{\"schema\":\"text\",\"references\":[{\"name\":\"same\",\"subject\":\"s\",\"version\":1}]}";
        assertThat(answer(new SchemaRegistry(client(), Duration.ofMinutes(1))))
                .isEqualTo(new Answer.Known(
                        new RegisteredSchema("text", List.of(new RegisteredSchema.Reference("same", "text")))));

        body = body.replace("same", "next-#");
        assertThat(answer(new SchemaRegistry(client(), Duration.ofMinutes(1))))
                .isInstanceOfSatisfying(
                        Answer.Unknown.class,
                        unknown -> assertThat(unknown.detail()).contains("more than 100 other schemas"));
    }

    @Test
    void shouldRefuseAQuestionWithoutARegistry() {
        SchemaRegistry none = new SchemaRegistry(null, "", () -> "");
        assertThatThrownBy(() -> none.register("s", "{}", Duration.ZERO)).hasMessageContaining("schema.registry.url");
    }
}
