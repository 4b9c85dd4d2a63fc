package io.freshet.testkit.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;

/** An HTTP client for one server. */
public final class Asker {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient client;
    private final String base;
    private final String token;

    private Asker(HttpClient.Builder client, String base, String token) {
        this.client = client.version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .build();
        this.base = base;
        this.token = token;
    }

    /** Returns a client that uses TLS. */
    public static Asker at(int port, SSLContext trusting) {
        return at(port, trusting, "");
    }

    /** Returns a client that uses TLS and sends a token; empty for none. */
    public static Asker at(int port, SSLContext trusting, String token) {
        return new Asker(HttpClient.newBuilder().sslContext(trusting), "https://127.0.0.1:" + port, token);
    }

    public static Asker at(int port) {
        return new Asker(HttpClient.newBuilder(), "http://127.0.0.1:" + port, "");
    }

    public record Answer(int status, HttpHeaders headers, String text) {
        public JsonNode json() {
            try {
                return text.isBlank() ? MissingNode.getInstance() : new ObjectMapper().readTree(text);
            } catch (IOException e) {
                throw new AssertionError("the answer must be JSON: " + text, e);
            }
        }

        public String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        /** Returns the type of the problem, without the prefix common to all types. */
        public String problem() {
            return json().path("type").asText().replace("urn:freshet:problem:", "");
        }
    }

    /** Returns the phase of the process's trainer, for example {@code LEARNING}; empty if it has no trainer yet. */
    public String trainerPhase() throws IOException, InterruptedException {
        return get("/health/ready").json().at("/learning/phase").asText();
    }

    /** Returns the sum of the metric's samples, or 0 if it has none. */
    public double metric(String name) throws IOException, InterruptedException {
        return get("/metrics?name%5B%5D=" + name)
                .text()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    public Answer get(String path) throws IOException, InterruptedException {
        return ask("GET", path, new byte[0], Map.of());
    }

    public Answer delete(String path) throws IOException, InterruptedException {
        return ask("DELETE", path, new byte[0], Map.of());
    }

    public Answer post(String path, String json) throws IOException, InterruptedException {
        return ask("POST", path, json.getBytes(StandardCharsets.UTF_8), Map.of("Content-Type", "application/json"));
    }

    public Answer ask(String method, String path, byte[] body, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(TIMEOUT)
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        var response = client.send(request.build(), BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.headers(), response.body());
    }
}
