package io.freshet.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import io.freshet.broker.ContainerBroker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.kafka.KafkaContainer;

/**
 * A broker, two instances of the streams role and a trainer, each in a container with the limits, the options and the
 * settings that {@code k8s/base} gives them, and one volume for the models.
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
    private final List<FreshetContainer> instances = new ArrayList<>();
    private final GenericContainer<?> feed;

    /** @param clicksPerSecond what is fed once {@link #feed} is asked for */
    DeployedFreshet(String image, int clicksPerSecond) throws IOException {
        this.image = image;
        this.feed = new GenericContainer<>(image)
                .withNetwork(network)
                .withEnv("FRESHET_KAFKA_BOOTSTRAP_SERVERS", KAFKA)
                .withEnv("FRESHET_JAVA_OPTS", "-Xmx256m")
                .withCommand("feed", "--rate", Integer.toString(clicksPerSecond));
        Map<String, String> settings = DeployedRole.settings();
        DeployedRole streams = DeployedRole.read("streams");
        for (int i = 0; i < STREAMS; i++) {
            instances.add(instance("streams-" + i, streams, settings));
        }
        instances.add(instance("trainer-0", DeployedRole.read("trainer"), settings));
    }

    private FreshetContainer instance(String name, DeployedRole role, Map<String, String> settings) {
        FreshetContainer instance =
                new FreshetContainer(image, role.memoryBytes(), KAFKA, "run", "--roles", role.name());
        instance.container()
                .withNetwork(network)
                .withNetworkAliases(name)
                .withEnv(settings)
                .withEnv("FRESHET_HTTP_ADVERTISED", name + ":8080")
                .withEnv("FRESHET_JAVA_OPTS", role.javaOptions())
                .withCreateContainerCmdModifier(
                        command -> command.getHostConfig().withBinds(new Bind(models, new Volume(MODELS))));
        if (role.name().equals("streams")) {
            instance.container().withEnv("FRESHET_STREAMS_INSTANCE_ID", name);
        }
        return instance;
    }

    /** Starts the broker and all instances. */
    void start() {
        kafka.start();
        docker.createVolumeCmd().withName(models).exec();
        instances.forEach(FreshetContainer::start);
    }

    /** Feeds clicks from now on. */
    void feed() {
        feed.start();
    }

    /** Feeds no more; all that was fed is on the topic. */
    void stopFeeding() {
        docker.stopContainerCmd(feed.getContainerId()).withTimeout(30).exec();
    }

    void awaitReady() {
        instances.forEach(DeployedFreshet::awaitReady);
    }

    private static void awaitReady(FreshetContainer instance) {
        await().atMost(TIMEOUT)
                .pollInterval(LOOK_INTERVAL)
                .untilAsserted(() -> assertThat(instance.shell("freshet-health ready && echo ready"))
                        .isEqualTo("ready"));
    }

    /** Ends the instance as a rollout does, starts it again on its own state, and waits until it is ready. */
    void restart(FreshetContainer instance) throws InterruptedException {
        instance.terminate(Duration.ofSeconds(30));
        docker.startContainerCmd(instance.container().getContainerId()).exec();
        awaitReady(instance);
    }

    List<FreshetContainer> instances() {
        return instances;
    }

    /** The name that others reach it by. */
    String nameOf(FreshetContainer instance) {
        return instance.container().getEnvMap().getOrDefault("FRESHET_HTTP_ADVERTISED", "");
    }

    /** As this machine sees it. */
    String bootstrapServers() {
        return kafka.getBootstrapServers();
    }

    @Override
    public void close() {
        feed.stop();
        instances.forEach(FreshetContainer::close);
        kafka.stop();
        docker.removeVolumeCmd(models).exec();
        network.close();
    }
}
