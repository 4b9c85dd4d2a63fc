package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.service.config.FreshetConfig;
import io.freshet.store.StoreLocation;
import io.freshet.testkit.broker.ContainerBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import software.amazon.awssdk.core.SdkSystemSetting;

/** Checks {@code docker/compose.yaml} and the settings of its services for consistency with each other and the program. */
final class ComposeTest {
    private static final Path FOLDER = Path.of("..", "..", "docker");
    private static final String OURS = "freshet:local";
    private static final String JAVA_OPTIONS = "FRESHET_JAVA_OPTS";

    private static final JsonNode SERVICES = yaml("compose.yaml").get("services");

    static Stream<String> services() {
        return names(SERVICES);
    }

    static Stream<String> freshetServices() {
        return services()
                .filter(name -> SERVICES.get(name).get("image").asText().equals(OURS));
    }

    @ParameterizedTest
    @MethodSource("services")
    void shouldPinImagesBoundMemoryAndKeepPortsToThisMachine(String name) {
        JsonNode service = SERVICES.get(name);
        if (!service.has("build")) {
            assertThat(service.get("image").asText()).matches("[\\w./-]+:v?\\d+\\.\\d+\\.\\d+");
        }
        assertThat(service.path("mem_limit").asText()).matches("\\d+[mg]");
        assertThat(texts(service.path("ports"))).allMatch(port -> port.startsWith("127.0.0.1:"));
    }

    @ParameterizedTest
    @MethodSource("services")
    void shouldMountOnlyWhatIsThere(String name) {
        JsonNode volumes = yaml("compose.yaml").get("volumes");
        for (String volume : texts(SERVICES.get(name).path("volumes"))) {
            String source = volume.substring(0, Math.max(0, volume.indexOf(':')));
            if (source.startsWith(".")) {
                assertThat(FOLDER.resolve(source)).isDirectory();
            } else if (!source.isEmpty()) {
                assertThat(names(volumes)).contains(source);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("freshetServices")
    void shouldSetOnlyKeysThatThereAre(String name) throws IOException {
        FreshetConfig config = FreshetConfig.load(null, freshetVariables(name), Map.of());
        assertThat(config.kafka().bootstrapServers()).isEqualTo("kafka:19092");
        assertThat(SERVICES.get("kafka")
                        .at("/environment/KAFKA_ADVERTISED_LISTENERS")
                        .asText())
                .contains(config.kafka().bootstrapServers());
    }

    @ParameterizedTest
    @MethodSource("freshetServices")
    void shouldRunWithoutRightsThatItDoesNotNeed(String name) {
        JsonNode service = SERVICES.get(name);
        assertThat(service.get("read_only").asBoolean()).isTrue();
        assertThat(texts(service.get("cap_drop"))).containsExactly("ALL");
        assertThat(texts(service.get("volumes"))).contains("/tmp");
        assertThat(service.at("/environment/" + JAVA_OPTIONS).asText()).contains("-Xmx");
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams", "trainer"})
    void shouldKeepTheModelStoreInTheBucketThatIsMade(String role) throws IOException {
        FreshetConfig config = FreshetConfig.load(null, freshetVariables(role), Map.of());
        JsonNode s3 = SERVICES.get("s3");
        JsonNode environment = SERVICES.get(role).get("environment");

        assertThat(config.modelStore()).isEqualTo(new StoreLocation.Bucket("freshet-models", ""));
        assertThat(config.s3().endpoint())
                .hasHost("s3")
                .hasPort(URI.create(s3.at("/environment/S3PROXY_ENDPOINT").asText())
                        .getPort());
        assertThat(config.s3().pathStyle()).isTrue();
        assertThat(environment.get(SdkSystemSetting.AWS_ACCESS_KEY_ID.environmentVariable()))
                .isEqualTo(s3.at("/environment/S3PROXY_IDENTITY"));
        assertThat(environment.get(SdkSystemSetting.AWS_SECRET_ACCESS_KEY.environmentVariable()))
                .isEqualTo(s3.at("/environment/S3PROXY_CREDENTIAL"));
        assertThat(texts(SERVICES.at("/bucket/entrypoint")))
                .endsWith(s3.at("/environment/JCLOUDS_FILESYSTEM_BASEDIR").asText() + "/freshet-models");
        assertThat(SERVICES.at("/bucket/volumes")).isEqualTo(s3.get("volumes"));
    }

    @Test
    void shouldUseTheKafkaThatTheProgramIsTestedWith() {
        assertThat(SERVICES.at("/kafka/image").asText()).isEqualTo(ContainerBroker.IMAGE);
    }

    @Test
    void shouldBuildTheImageFromTheDockerfile() {
        JsonNode build = SERVICES.at("/streams/build");
        Path context = FOLDER.resolve(build.get("context").asText());
        assertThat(context.resolve(build.get("dockerfile").asText())).isRegularFile();
        assertThat(SERVICES.at("/trainer/build")).isEqualTo(build);
    }

    @Test
    void shouldScrapeBothRoles() {
        List<JsonNode> discoveries = StreamSupport.stream(
                        yaml("prometheus/prometheus.yml").get("scrape_configs").spliterator(), false)
                .flatMap(job -> StreamSupport.stream(job.get("dns_sd_configs").spliterator(), false))
                .toList();
        assertThat(discoveries).extracting(node -> node.at("/names/0").asText()).containsExactly("streams", "trainer");
        assertThat(discoveries)
                .allSatisfy(node -> assertThat(node.get("port").asText())
                        .isEqualTo(SERVICES.at("/streams/environment/FRESHET_HTTP_PORT")
                                .asText()));
    }

    @Test
    void shouldShowGrafanaWhatPrometheusHas() throws IOException {
        JsonNode source =
                yaml("grafana/provisioning/datasources/prometheus.yaml").at("/datasources/0");
        assertThat(source.get("url").asText()).isEqualTo("http://prometheus:9090");
        String path = yaml("grafana/provisioning/dashboards/freshet.yaml")
                .at("/providers/0/options/path")
                .asText();
        assertThat(texts(SERVICES.at("/grafana/volumes"))).contains("./grafana/dashboards:" + path + ":ro");
        try (Stream<Path> dashboards = Files.list(FOLDER.resolve("grafana/dashboards"))) {
            List<Path> files = dashboards.toList();
            assertThat(files).hasSizeGreaterThan(1);
            for (Path dashboard : files) {
                assertThat(new ObjectMapper()
                                .readTree(Files.readAllBytes(dashboard))
                                .at("/templating/list/0/current/value")
                                .asText())
                        .as(dashboard.toString())
                        .isEqualTo(source.get("uid").asText());
            }
        }
    }

    /** Returns the variables of a service that set configuration keys. */
    private static Map<String, String> freshetVariables(String service) {
        Map<String, String> variables = new HashMap<>();
        SERVICES.get(service)
                .get("environment")
                .properties()
                .forEach(entry -> variables.put(entry.getKey(), entry.getValue().asText()));
        variables.remove(JAVA_OPTIONS);
        variables.keySet().removeIf(variable -> variable.startsWith("AWS_"));
        return variables;
    }

    private static JsonNode yaml(String file) {
        try {
            Object loaded =
                    new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(FOLDER.resolve(file)));
            return new ObjectMapper().valueToTree(loaded);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey);
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
