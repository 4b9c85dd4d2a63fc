package io.freshet.testkit.process;

import io.freshet.testkit.broker.ListenerPorts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A schema registry, Apicurio, in a separate process. It keeps its schemas in memory. The build of a module that uses it
 * unpacks its distribution.
 */
public final class Registry implements AutoCloseable {
    private static final Path DISTRIBUTION = Path.of("target", "registry", "quarkus-run.jar");
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
    private static final long LOOK_MS = 200;

    private final Process process;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();

    private Registry(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts a registry on a free port of the loopback address, and waits until it answers.
     *
     * @param output receives the output of the process
     */
    public static Registry start(Path output) throws IOException {
        if (!Files.exists(DISTRIBUTION)) {
            throw new IOException("The build must have unpacked the registry: " + DISTRIBUTION.toAbsolutePath());
        }
        int port = ListenerPorts.free();
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port,
                "-Dquarkus.management.host=127.0.0.1",
                "-Dquarkus.management.port=" + ListenerPorts.free(),
                "-Dapicurio.rest.deletion.artifact.enabled=true",
                "-jar",
                DISTRIBUTION.toAbsolutePath().toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        Registry registry = new Registry(process, port);
        try {
            registry.awaitAnswer(output);
        } catch (IOException | RuntimeException | Error e) {
            registry.close();
            throw e;
        }
        return registry;
    }

    private void awaitAnswer(Path output) throws IOException {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("The registry must start:\n" + Files.readString(output));
            }
            pause();
        }
    }

    private boolean answers() throws IOException {
        try {
            return get("/subjects").statusCode() == 200;
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException _) {
            return false;
        }
    }

    private static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(LOOK_MS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static InterruptedIOException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        InterruptedIOException error = new InterruptedIOException("interrupted");
        error.initCause(cause);
        return error;
    }

    /** Returns host and port. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Returns the URL of the API that is compatible with Confluent's, at this registry or a proxy in front of it. */
    public static String compatibleApi(String address) {
        return "http://" + address + "/apis/ccompat/v7";
    }

    /** Returns the URL of Apicurio's own API. */
    public String ownApi() {
        return "http://" + address() + "/apis/registry/v3";
    }

    /**
     * Sends a request to the API that is compatible with Confluent's.
     *
     * @param path begins with a slash
     */
    public HttpResponse<String> get(String path) throws IOException {
        return send(request(path).build());
    }

    /**
     * Sends a body in JSON to the API that is compatible with Confluent's.
     *
     * @param method {@code POST} or {@code PUT}
     * @param path begins with a slash
     */
    public HttpResponse<String> send(String method, String path, String json) throws IOException {
        return send(request(path)
                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .method(method, BodyPublishers.ofString(json))
                .build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(compatibleApi(address()) + path))
                .timeout(REQUEST_TIMEOUT);
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    @Override
    public void close() {
        http.close();
        process.destroyForcibly();
    }
}
