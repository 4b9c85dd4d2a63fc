package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.app.deploy.ClickLoop.Answer;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.testkit.broker.ContainerBroker;
import io.freshet.testkit.broker.Docker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Network;
import org.testcontainers.kafka.KafkaContainer;

/** Tests the image of {@code docker/Dockerfile}, with both roles in one container, on the public image's Kafka. */
@TestMethodOrder(OrderAnnotation.class)
@SuppressWarnings("NullAway.Init") // JUnit calls start before each test.
@Tag("image")
final class ImageIT {
    private static final String IMAGE_PROPERTY = "freshet.image";
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final String KAFKA = "kafka:19092";
    private static final long MEMORY_BYTES = 2L << 30;

    /** Shorter than the ten seconds after which {@code docker stop} kills. */
    private static final Duration TIME_TO_END = Duration.ofSeconds(9);

    private static final int ENDED_BY_SIGTERM = 128 + 15;

    private static final Path REPORT = Path.of("target", "image-report.txt");

    private static Network network;
    private static KafkaContainer kafka;
    private static FreshetContainer freshet;
    private static ClickLoop clicks;

    @BeforeAll
    static void start() throws IOException {
        Files.deleteIfExists(REPORT);
        String image = System.getProperty(IMAGE_PROPERTY, "");
        assumeTrue(
                !image.isEmpty(),
                "no image is named: docker build -f docker/Dockerfile -t freshet ., then -D" + IMAGE_PROPERTY
                        + "=freshet");
        Docker.require();
        network = Network.newNetwork();
        kafka = ContainerBroker.configured().withNetwork(network).withListener(KAFKA);
        kafka.start();
        FreshetConfig config = FreshetConfig.of(Map.of("kafka.bootstrap.servers", kafka.getBootstrapServers()));
        TopicSetup.run(config, TIMEOUT);
        clicks = ClickLoop.start(config);
        freshet = new FreshetContainer(image, MEMORY_BYTES, KAFKA, "run", "--roles", "streams,trainer");
        freshet.container().withNetwork(network);
        freshet.start();
    }

    @AfterAll
    static void stop() {
        if (clicks != null) {
            clicks.close();
            freshet.close();
            kafka.stop();
            network.close();
        }
    }

    @Test
    @Order(1)
    void shouldRecommendWithinAMomentOfItsStart() throws Exception {
        Answer first = clicks.awaitAnswer(TIMEOUT, _ -> true);
        Answer learned = clicks.awaitAnswer(
                TIMEOUT,
                answer -> answer.path("fallback").isMissingNode()
                        && answer.at("/model/step").asLong() > 0);
        assertThat(learned.json().get("items")).isNotEmpty();
        report(
                "start of the container to the first recommendation: %d ms; to the first that a trained model made: %d ms"
                        .formatted(
                                Duration.between(freshet.startedAt(), first.at())
                                        .toMillis(),
                                Duration.between(freshet.startedAt(), learned.at())
                                        .toMillis()));
    }

    @Test
    @Order(2)
    void shouldSayThatItIsWell() throws Exception {
        assertThat(freshet.get("/health/live").statusCode()).isEqualTo(200);
        await().atMost(TIMEOUT)
                .untilAsserted(() ->
                        assertThat(freshet.get("/health/ready").statusCode()).isEqualTo(200));
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(freshet.health()).isEqualTo("healthy"));
        assertThat(freshet.shell("freshet-health ready && echo yes")).isEqualTo("yes");
        assertThat(freshet.get("/metrics").body()).contains("freshet_");
    }

    @Test
    @Order(3)
    void shouldRunWithoutRightsThatItDoesNotNeed() throws Exception {
        assertThat(freshet.shell("id -u")).isEqualTo("10001");
        assertThat(freshet.shell("touch /opt/freshet/file")).contains("Read-only file system");
        assertThat(freshet.shell("touch /var/lib/freshet/file && echo written")).isEqualTo("written");
        assertThat(freshet.shell("grep -c libjemalloc /proc/1/maps")).isNotEqualTo("0");
    }

    @Test
    @Order(3)
    void shouldHaveStartedFromItsCache() throws Exception {
        assertThat(freshet.shell("grep -c freshet.aot /proc/1/maps")).isNotEqualTo("0");
    }

    /** In this mode the JVM ends with an error if it cannot use the cache. */
    @Test
    @Order(4)
    void shouldStartFromItsCacheWithFurtherJars() throws Exception {
        assertThat(
                        freshet.shell(
                                "cp /opt/freshet/lib/picocli-*.jar /tmp/more.jar"
                                        + " && FRESHET_EXTRA_CLASSPATH=/tmp/more.jar FRESHET_JAVA_OPTS=-XX:AOTMode=on freshet --version"))
                .startsWith("freshet ");
    }

    @Test
    @Order(4)
    void shouldHoldNothingThatItDoesNotNeed() throws Exception {
        List<String> jars = freshet.shell("ls /opt/freshet/lib").lines().toList();
        assertThat(jars)
                .filteredOn(jar -> jar.matches("nd4j-native-\\d.*-[a-z]+-\\w+\\.jar"))
                .hasSize(1);
        assertThat(jars)
                .noneMatch(jar -> jar.matches(
                        "(junit|assertj|jqwik|awaitility|archunit|selenium|testcontainers|docker-java|client-java).*"))
                .noneMatch(jar -> jar.contains("test"))
                .noneMatch(jar -> jar.matches("(streams-app-workbench|trainer-lab|scala|kafka_).*"))
                .noneMatch(jar -> jar.matches("kafka-(?!clients-|streams-).*"));
        // The names of classes are plain text in a jar.
        assertThat(freshet.shell("cd /opt/freshet/lib && LC_ALL=C grep -alE "
                        + "'[^/[:alnum:]]((kafka/server|scala)/|io/freshet/(workbench|lab|testkit)/)' *.jar"))
                .isEmpty();
        assertThat(Long.parseLong(freshet.shell("stat -c %s /opt/freshet/lib/rocksdbjni-*.jar")))
                .as("bytes of RocksDB's jar, for this platform alone")
                .isLessThan(10_000_000);
        long bytes = DockerClientFactory.instance()
                .client()
                .inspectImageCmd(freshet.container().getDockerImageName())
                .exec()
                .getSize();
        String ours = freshet.shell("du -sm /opt/freshet | cut -f1");
        assertThat(Integer.parseInt(ours)).as("MB of Freshet and its libraries").isLessThan(300);
        report("size of the image: %d MB, of which Freshet %s MB".formatted(bytes / 1_000_000, ours));
    }

    @Test
    @Order(4)
    void shouldHaveTheLabelsOfTheOpenContainerInitiative() {
        assertThat(DockerClientFactory.instance()
                        .client()
                        .inspectImageCmd(freshet.container().getDockerImageName())
                        .exec()
                        .getConfig()
                        .getLabels())
                .containsEntry("org.opencontainers.image.title", "Freshet")
                .containsEntry("org.opencontainers.image.licenses", "Apache-2.0")
                .containsKey("org.opencontainers.image.base.name");
    }

    @Test
    @Order(4)
    void shouldSayWhereTheDemoIs() throws Exception {
        assertThat(freshet.shell("freshet demo; echo $?"))
                .contains("freshet demo is not in this program")
                .startsWith("2");
    }

    @Test
    @Order(5)
    void shouldEndInTimeWhenAskedTo() throws Exception {
        long began = System.nanoTime();
        assertThat(freshet.terminate(TIME_TO_END)).isEqualTo(ENDED_BY_SIGTERM);
        report("SIGTERM to the end: %d ms".formatted((System.nanoTime() - began) / 1_000_000));
        assertThat(freshet.state().getOOMKilled()).isFalse();
        assertThat(freshet.logs())
                .contains("\"formattedMessage\":\"Stop requested\"")
                .doesNotContain("\"level\":\"ERROR\"");
    }

    /** Writes a line for readers of the build log. */
    private static void report(String line) throws IOException {
        Files.writeString(REPORT, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
