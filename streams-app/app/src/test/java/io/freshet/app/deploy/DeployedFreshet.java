package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import io.freshet.service.config.FreshetConfig;
import io.freshet.testkit.broker.ContainerBroker;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.kafka.KafkaContainer;

/**
 * A broker, two instances of the streams role and a trainer. Each runs in a container with the limits, options and settings
 * of {@code k8s/base}. One volume holds the models.
 */
final class DeployedFreshet implements AutoCloseable {
    private static final String KAFKA = "kafka:19092";
    private static final String MODELS = "/var/lib/freshet-models";
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
    private static final int STREAMS = 2;

    private final DockerClient docker = DockerClientFactory.instance().client();
    private final String image;
    private final String models = "freshet-models-" + UUID.randomUUID();
    private final Network network = Network.newNetwork();
    private final KafkaContainer kafka =
            ContainerBroker.configured().withNetwork(network).withListener(KAFKA);
    private final List<Instance> instances = new ArrayList<>();
    private final GenericContainer<?> feed;

    /** @param clicksPerSecond rate of clicks once {@link #feed} is called */
    DeployedFreshet(String image, int clicksPerSecond) throws IOException {
        this.image = image;
        this.feed = new GenericContainer<>(image)
                .withNetwork(network)
                .withEnv("FRESHET_KAFKA_BOOTSTRAP_SERVERS", KAFKA)
                .withEnv("FRESHET_JAVA_OPTS", "-Xmx256m")
                .withCommand("feed", "--rate", Integer.toString(clicksPerSecond));
        FreshetConfig config = FreshetConfig.load(KubernetesBaseTest.CONFIG_FILE, Map.of(), Map.of());
        Manifests base = Manifests.asWritten(Manifests.BASE);
        for (int i = 0; i < STREAMS; i++) {
            add("streams", "streams-" + i, new MemoryFormula(Workload.of(base, "streams"), config));
        }
        add("trainer", "trainer-0", new MemoryFormula(Workload.of(base, "trainer"), config));
    }

    /**
     * One container of a role.
     *
     * @param memory expected memory use
     */
    record Instance(String name, FreshetContainer container, MemoryFormula memory) {}

    private void add(String role, String name, MemoryFormula memory) throws IOException {
        FreshetContainer container =
                new FreshetContainer(image, memory.role().memoryLimitBytes(), KAFKA, "run", "--roles", role);
        container
                .container()
                .withNetwork(network)
                .withNetworkAliases(name)
                .withEnv(settings())
                .withEnv("FRESHET_HTTP_ADVERTISED", name + ":8080")
                .withEnv("FRESHET_JAVA_OPTS", String.join(" ", memory.role().javaOptions()))
                .withCreateContainerCmdModifier(
                        command -> command.getHostConfig().withBinds(new Bind(models, new Volume(MODELS))));
        if (role.equals("streams")) {
            container.container().withEnv("FRESHET_STREAMS_INSTANCE_ID", name);
        }
        instances.add(new Instance(name, container, memory));
    }

    /** Returns the settings of the base as environment variables, except those that need a cluster. */
    private static Map<String, String> settings() throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(KubernetesBaseTest.CONFIG_FILE)) {
            properties.load(reader);
        }
        Map<String, String> settings = new HashMap<>();
        properties.stringPropertyNames().stream()
                .filter(key -> !key.equals("kafka.bootstrap.servers") && !key.startsWith("http.token"))
                .forEach(key -> settings.put(
                        "FRESHET_" + key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"),
                        properties.getProperty(key)));
        return settings;
    }

    /** Starts the broker and all instances. */
    void start() {
        kafka.start();
        docker.createVolumeCmd().withName(models).exec();
        instances.forEach(instance -> instance.container().start());
    }

    /** Starts feeding clicks. */
    void feed() {
        feed.start();
    }

    /** Stops feeding. All clicks that were fed are on the topic. */
    void stopFeeding() {
        docker.stopContainerCmd(feed.getContainerId()).withTimeout(30).exec();
    }

    void awaitReady() {
        instances.forEach(DeployedFreshet::awaitReady);
    }

    private static void awaitReady(Instance instance) {
        await().atMost(TIMEOUT)
                .pollInterval(LOOK_INTERVAL)
                .untilAsserted(() -> assertThat(instance.container().shell("freshet-health ready && echo ready"))
                        .isEqualTo("ready"));
    }

    /** Ends the instance as a rollout does, restarts it on its own state, and waits until it is ready. */
    void restart(Instance instance) throws InterruptedException {
        instance.container().terminate(Duration.ofSeconds(30));
        docker.startContainerCmd(instance.container().container().getContainerId())
                .exec();
        awaitReady(instance);
    }

    List<Instance> instances() {
        return instances;
    }

    /** Returns the bootstrap servers as this machine sees them. */
    String bootstrapServers() {
        return kafka.getBootstrapServers();
    }

    @Override
    public void close() {
        feed.stop();
        instances.forEach(instance -> instance.container().close());
        kafka.stop();
        docker.removeVolumeCmd(models).exec();
        network.close();
    }
}
