package io.freshet.app.deploy;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * The image in a container as Kubernetes would run it: read-only root file system, no capabilities, a memory limit without
 * swap, and writable storage under {@code /tmp} and the state folder.
 */
final class FreshetContainer implements AutoCloseable {
    static final String STATE = "/var/lib/freshet";
    private static final int HTTP = 8080;
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(50);

    private final GenericContainer<?> container;
    private final HttpClient http = HttpClient.newHttpClient();

    /** @param bootstrapServers bootstrap servers as the container sees them */
    FreshetContainer(String image, long memoryBytes, String bootstrapServers, String... arguments) {
        container = new GenericContainer<>(image)
                .withEnv("FRESHET_KAFKA_BOOTSTRAP_SERVERS", bootstrapServers)
                .withEnv("FRESHET_HTTP_HOST", "0.0.0.0")
                .withEnv("FRESHET_HTTP_PORT", Integer.toString(HTTP))
                .withEnv("FRESHET_STATE_DIR", STATE)
                .withExposedPorts(HTTP)
                .withCommand(arguments)
                // Wait only until it runs; the tests check its health.
                .waitingFor(Wait.forLogMessage(".*", 1))
                .withCreateContainerCmdModifier(command -> confine(command, memoryBytes));
    }

    private static void confine(CreateContainerCmd command, long memoryBytes) {
        HostConfig host = command.getHostConfig();
        if (host == null) {
            throw new IllegalStateException("Testcontainers must have set what the container may use");
        }
        host.withReadonlyRootfs(true)
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withMemory(memoryBytes)
                .withMemorySwap(memoryBytes);
        command.withVolumes(new Volume("/tmp"), new Volume(STATE));
    }

    /** Returns the container, for further configuration before it is started. */
    GenericContainer<?> container() {
        return container;
    }

    FreshetContainer start() {
        container.start();
        return this;
    }

    /** Returns the time at which Docker started the process. */
    Instant startedAt() {
        return Instant.parse(container.getContainerInfo().getState().getStartedAt());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://" + container.getHost() + ":" + container.getMappedPort(HTTP) + path);
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    /** Returns the output of a shell command in the container. */
    String shell(String command) throws IOException, InterruptedException {
        ExecResult result = container.execInContainer("sh", "-c", command);
        return (result.getStdout() + result.getStderr()).strip();
    }

    ContainerState state() {
        return container
                .getDockerClient()
                .inspectContainerCmd(container.getContainerId())
                .exec()
                .getState();
    }

    /** Returns the state of its HEALTHCHECK: {@code starting}, {@code healthy} or {@code unhealthy}. */
    String health() {
        return state().getHealth().getStatus();
    }

    /** Sends SIGTERM, and returns the exit code. */
    long terminate(Duration most) throws InterruptedException {
        container
                .getDockerClient()
                .killContainerCmd(container.getContainerId())
                .withSignal("TERM")
                .exec();
        long deadline = System.nanoTime() + most.toNanos();
        while (Boolean.TRUE.equals(state().getRunning())) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the container must end within " + most + ":\n" + container.getLogs());
            }
            Thread.sleep(LOOK_INTERVAL);
        }
        return state().getExitCodeLong();
    }

    String logs() {
        return container.getLogs();
    }

    @Override
    public void close() {
        http.close();
        container.stop();
    }
}
