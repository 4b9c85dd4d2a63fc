package io.freshet.service.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files that show metrics: Grafana's dashboards, and the alerts of Compose and of Kubernetes. */
final class Dashboards {
    private static final Path GRAFANA = Path.of("..", "..", "docker", "grafana", "dashboards");
    private static final Path COMPOSE_ALERTS = Path.of("..", "..", "docker", "prometheus", "rules", "freshet.yml");
    private static final Path KUBERNETES_ALERTS = Path.of("..", "..", "k8s", "components", "monitoring", "alerts.yaml");
    private static final ObjectMapper JSON = new ObjectMapper();

    private Dashboards() {}

    /** Returns all dashboards by file name. */
    static Map<String, JsonNode> all() throws IOException {
        try (Stream<Path> files = Files.list(GRAFANA)) {
            return files.collect(Collectors.toMap(
                    file -> file.getFileName().toString(), Dashboards::json, (one, other) -> one, TreeMap::new));
        }
    }

    private static JsonNode json(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<JsonNode> panels(JsonNode dashboard) {
        return StreamSupport.stream(dashboard.get("panels").spliterator(), false)
                .filter(panel -> !panel.get("type").asText().equals("row"))
                .toList();
    }

    /** Returns the queries of the panels and of the variables. */
    static List<String> expressions(JsonNode dashboard) {
        Stream<String> asked =
                panels(dashboard).stream().flatMap(panel -> panel.get("targets").findValuesAsText("expr").stream());
        Stream<String> values = StreamSupport.stream(
                        dashboard.at("/templating/list").spliterator(), false)
                .filter(variable -> variable.get("type").asText().equals("query"))
                .map(variable -> variable.at("/query/query").asText())
                .map(query -> query.replaceAll("^label_values\\((.*), (\\w+)\\)$", "count by ($2) ($1)"));
        return Stream.concat(asked, values).toList();
    }

    /** Returns the groups of Compose's rules. */
    static JsonNode composeAlerts() throws IOException {
        return yaml(COMPOSE_ALERTS).get("groups");
    }

    /** Returns the groups of Kubernetes' rules. */
    static JsonNode kubernetesAlerts() throws IOException {
        return yaml(KUBERNETES_ALERTS).at("/spec/groups");
    }

    private static JsonNode yaml(Path file) throws IOException {
        Object read = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
        return JSON.valueToTree(read);
    }
}
