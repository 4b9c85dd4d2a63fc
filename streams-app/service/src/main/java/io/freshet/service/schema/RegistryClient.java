package io.freshet.service.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.freshet.service.schema.RegisteredSchema.Reference;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Asks a registry over HTTP. Ids of Confluent's kind are looked up over Confluent's API, which Apicurio has at
 * {@code /apis/ccompat/v7}. Apicurio's own ids are looked up over its own API beside that one. Connects at the first
 * question. Thread-safe.
 */
final class RegistryClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final String COMPATIBLE_API = "/apis/ccompat/v7";
    private static final String OWN_API = "/apis/registry/v3";
    private static final int SUBJECT_NOT_FOUND = 40_401;
    private static final int SCHEMA_NOT_FOUND = 40_403;
    private static final int MOST_REFERENCES = 100;
    private static final int LONGEST_QUOTE = 300;
    private static final long LONGEST_ANSWER = 8 << 20;
    private static final JsonMapper JSON = new JsonMapper();

    private final String url;
    private final String user;
    private final Supplier<String> password;
    private @Nullable HttpClient http; // guarded by this

    /**
     * @param url address of Confluent's API, or of an API that is compatible with it
     * @param user user of basic authentication; empty for none
     * @param password asked before each question, because it may be in a file that changes
     */
    RegistryClient(URI url, String user, Supplier<String> password) {
        this.url = url.toString().replaceFirst("/+$", "");
        this.user = user;
        this.password = password;
    }

    /** Returns whether Apicurio's own API is beside the compatible one. */
    static boolean isApicurio(URI url) {
        return url.toString().replaceFirst("/+$", "").endsWith(COMPATIBLE_API);
    }

    String url() {
        return url;
    }

    /**
     * Returns a schema and all on which it depends.
     *
     * @throws UnknownSchemaException if the registry says that it has no such schema, or that it lacks a reference
     * @throws IOException if the registry does not say either
     */
    RegisteredSchema fetch(SchemaId id) throws UnknownSchemaException, IOException {
        Map<String, Reference> references = new LinkedHashMap<>();
        if (id.kind() == SchemaId.Kind.CONFLUENT) {
            JsonNode schema = json(get(url + "/schemas/ids/" + id.number()));
            addCompatible(schema, references, new HashSet<>());
            return new RegisteredSchema(
                    text(schema), references.values().stream().toList());
        }
        String own = url.substring(0, url.length() - COMPATIBLE_API.length()) + OWN_API;
        String kind = id.kind() == SchemaId.Kind.GLOBAL ? "globalIds" : "contentIds";
        String location = own + "/ids/" + kind + "/" + id.number();
        String text = new String(get(location), UTF_8);
        addOwn(own, location, references, new HashSet<>());
        return new RegisteredSchema(text, references.values().stream().toList());
    }

    /**
     * Adds what a schema refers to, each schema behind those on which it depends.
     *
     * @param asked names of all references that were looked up, or are being looked up. Ends cycles, and bounds the depth
     */
    private void addCompatible(JsonNode schema, Map<String, Reference> references, Set<String> asked)
            throws UnknownSchemaException, IOException {
        for (JsonNode reference : schema.path("references")) {
            String name = reference.path("name").asText();
            if (asked.add(name)) {
                requireFew(asked);
                JsonNode other = json(get(url + "/subjects/"
                        + encoded(reference.path("subject").asText()) + "/versions/"
                        + encoded(reference.path("version").asText())));
                addCompatible(other, references, asked);
                references.put(name, new Reference(name, text(other)));
            }
        }
    }

    private void addOwn(String api, String location, Map<String, Reference> references, Set<String> asked)
            throws UnknownSchemaException, IOException {
        for (JsonNode reference : json(get(location + "/references"))) {
            String name = reference.path("name").asText();
            if (asked.add(name)) {
                requireFew(asked);
                String artifact = api + "/groups/"
                        + encoded(reference.path("groupId").asText("default")) + "/artifacts/"
                        + encoded(reference.path("artifactId").asText()) + "/versions/"
                        + encoded(reference.path("version").asText());
                addOwn(api, artifact, references, asked);
                references.put(name, new Reference(name, new String(get(artifact + "/content"), UTF_8)));
            }
        }
    }

    private static void requireFew(Set<String> asked) throws UnknownSchemaException {
        if (asked.size() > MOST_REFERENCES) {
            throw new UnknownSchemaException("it depends on more than " + MOST_REFERENCES + " other schemas");
        }
    }

    /**
     * Registers a schema of Avro, or finds it if it is registered already, and returns its id.
     *
     * @throws ConfigException if the registry refuses the schema, with its reason
     * @throws IOException if the registry does not answer
     */
    int register(String subject, String schema) throws IOException {
        byte[] body = JSON.writeValueAsBytes(Map.of("schema", schema));
        HttpResponse<byte[]> answer = send(request(url + "/subjects/" + encoded(subject) + "/versions")
                .header("Content-Type", MEDIA_TYPE)
                .POST(BodyPublishers.ofByteArray(body))
                .build());
        if (answer.statusCode() == 409 || answer.statusCode() == 422) {
            throw new ConfigException("The schema registry must accept Freshet's schema under the subject " + subject
                    + ": it answers " + quoted(answer) + ". Delete the subject's other schemas, change its"
                    + " compatibility, or use another topic.");
        }
        requireOk(answer);
        int id = json(answer.body()).path("id").asInt();
        if (id <= 0) {
            throw new IOException("its answer has no id: " + quoted(answer));
        }
        return id;
    }

    /**
     * Asks a question whose answer does not matter.
     *
     * @throws IOException if the registry does not list its subjects
     */
    void requireAnswer() throws IOException {
        requireOk(send(request(url + "/subjects").build()));
    }

    private byte[] get(String location) throws UnknownSchemaException, IOException {
        HttpResponse<byte[]> answer =
                send(request(location).header("Accept", MEDIA_TYPE + ", */*").build());
        if (answer.statusCode() == 404 && isFromRegistry(answer.body())) {
            throw new UnknownSchemaException("the registry at " + url + " answers " + quoted(answer));
        }
        requireOk(answer);
        return answer.body();
    }

    /** Returns whether the registry itself says that it lacks something. A wrong address gives another answer. */
    private static boolean isFromRegistry(byte[] body) {
        try {
            JsonNode answer = json(body);
            int code = answer.path("error_code").asInt();
            String name = answer.path("name").asText();
            return (code >= SUBJECT_NOT_FOUND && code <= SCHEMA_NOT_FOUND)
                    || (name.endsWith("NotFoundException") && !name.startsWith("NotFound"));
        } catch (IOException _) {
            return false;
        }
    }

    private void requireOk(HttpResponse<byte[]> answer) throws IOException {
        if (answer.statusCode() != 200) {
            throw new IOException("it answers " + quoted(answer) + " to "
                    + answer.request().method() + " " + answer.uri().getPath());
        }
    }

    private static String quoted(HttpResponse<byte[]> answer) {
        String body = new String(answer.body(), UTF_8).strip();
        String quote = body.length() > LONGEST_QUOTE ? body.substring(0, LONGEST_QUOTE) + "…" : body;
        return "HTTP " + answer.statusCode() + (quote.isEmpty() ? "" : " " + quote);
    }

    private static JsonNode json(byte[] body) throws IOException {
        return JSON.readTree(body);
    }

    private static String text(JsonNode schema) throws IOException {
        JsonNode text = schema.path("schema");
        if (!text.isTextual()) {
            throw new IOException("its answer has no schema");
        }
        return text.textValue();
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String location) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(location)).timeout(TIMEOUT);
        if (!user.isEmpty()) {
            byte[] pair = (user + ":" + password.get()).getBytes(UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
        }
        return request;
    }

    /** Asks, and waits until the answer is complete: the timeout of a request ends with the headers of its answer. */
    private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        CompletableFuture<HttpResponse<byte[]>> answer =
                client().sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LONGEST_ANSWER));
        try {
            return answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (TimeoutException e) {
            HttpTimeoutException timeout =
                    new HttpTimeoutException("its answer is not complete after " + TIMEOUT.toSeconds() + " s");
            timeout.initCause(e);
            throw timeout;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while the registry answers");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            answer.cancel(true);
        }
    }

    private synchronized HttpClient client() {
        HttpClient client = http;
        if (client == null) {
            client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_TIMEOUT)
                    .build();
            http = client;
        }
        return client;
    }
}
