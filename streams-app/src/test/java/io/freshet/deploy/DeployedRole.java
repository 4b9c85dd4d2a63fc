package io.freshet.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kubernetes.client.custom.Quantity;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * What {@code k8s/base} gives a role.
 *
 * @param memoryBytes the limit of its container
 * @param javaOptions what its JVM is started with, beside the image's own
 */
record DeployedRole(String name, long memoryBytes, String javaOptions) {
    private static final Path BASE = Path.of("..", "k8s", "base");

    static DeployedRole read(String name) throws IOException {
        Object loaded =
                new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(BASE.resolve(name + ".yaml")));
        JsonNode container = new ObjectMapper().valueToTree(loaded).at("/spec/template/spec/containers/0");
        String limit = container.at("/resources/limits/memory").asText();
        String options = StreamSupport.stream(container.get("env").spliterator(), false)
                .filter(variable -> variable.get("name").asText().equals("FRESHET_JAVA_OPTS"))
                .map(variable -> variable.get("value").asText())
                .findFirst()
                .orElseThrow();
        return new DeployedRole(name, Quantity.fromString(limit).getNumber().longValueExact(), options);
    }

    /** The settings of both roles as environment variables, but for those that name places in the cluster. */
    static Map<String, String> settings() throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(BASE.resolve("freshet.properties"))) {
            properties.load(reader);
        }
        Map<String, String> settings = new HashMap<>();
        properties.stringPropertyNames().stream()
                .filter(key -> !key.equals("kafka.bootstrap.servers") && !key.startsWith("http.token"))
                .forEach(key -> settings.put(
                        "FRESHET_"
                                + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'),
                        properties.getProperty(key)));
        return settings;
    }
}
