package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.ModelStores;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotStore;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code docker/compose.yaml} as users start it, without the monitoring services, whose images need a registry. */
@Tag("image")
final class ComposeIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final List<Integer> PORTS = List.of(8080, 8081, 9000, 9092);
    private static final String IMAGE = System.getProperty("freshet.image", "");

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    private List<String> compose = List.of();

    @BeforeEach
    void find() throws Exception {
        assumeTrue(!IMAGE.isEmpty(), "no image is named: -Dfreshet.image");
        compose = isThere("docker", "compose", "version")
                ? List.of("docker", "compose")
                : isThere("docker-compose", "version") ? List.of("docker-compose") : List.of();
        assumeTrue(!compose.isEmpty(), "there is neither docker compose nor docker-compose");
        for (int port : PORTS) {
            assumeTrue(isFree(port), "something listens on a port of compose.yaml: " + port);
        }
        run("docker", "tag", IMAGE, "freshet:local");
    }

    @AfterEach
    void remove() throws Exception {
        http.close();
        if (!compose.isEmpty()) {
            onServices("down", "--volumes", "--timeout", "20");
        }
    }

    @Test
    void shouldComeToAPageWithDataThatMoves() throws Exception {
        onServices("up", "--detach", "--no-build", "kafka", "s3", "streams", "trainer", "clicks");
        await().atMost(TIMEOUT).ignoreExceptions().untilAsserted(() -> {
            assertThat(get(8080, "/health/ready").statusCode()).isEqualTo(200);
            assertThat(get(8081, "/health/ready").statusCode()).isEqualTo(200);
        });
        assertThat(get(8080, "/").body()).contains("<title>Freshet");
        JsonNode popular = new ObjectMapper().readTree(get(8080, "/v1/trending").body());
        assertThat(popular.get("items")).isNotEmpty();
        long step = servedStep();
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(servedStep()).isGreaterThan(step));
        assertSnapshotIsInTheBucket();
    }

    /** Reads the bucket from outside, with the credentials in {@code compose.yaml}. */
    private void assertSnapshotIsInTheBucket() throws IOException {
        System.setProperty("aws.accessKeyId", "freshet");
        System.setProperty("aws.secretAccessKey", "freshet-secret");
        SnapshotStore bucket = ModelStores.open(FreshetConfig.of(Map.of(
                "model.store.url", "s3://freshet-models",
                "model.store.s3.endpoint", "http://127.0.0.1:9000",
                "model.store.s3.path.style", "true",
                "state.dir", folder.toString())));
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(bucket.versions("default")).isNotEmpty());
        try (Snapshot snapshot =
                bucket.open("default", bucket.versions("default").getLast())) {
            assertThat(snapshot.manifest().platform()).containsKey("instruction_set");
        }
    }

    private long servedStep() throws IOException, InterruptedException {
        return new ObjectMapper()
                .readTree(get(8080, "/v1/model").body())
                .at("/served/step")
                .asLong();
    }

    private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                BodyHandlers.ofString());
    }

    private void onServices(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(compose);
        command.addAll(List.of("--project-name", "freshet-it", "--file", "../../docker/compose.yaml"));
        command.addAll(List.of(arguments));
        run(command.toArray(String[]::new));
    }

    private void run(String... command) throws Exception {
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        process.destroyForcibly();
        assertThat(ended && process.exitValue() == 0)
                .as(String.join(" ", command) + "\n" + Files.readString(output))
                .isTrue();
    }

    private static boolean isThere(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket _ = new ServerSocket(port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
