package io.freshet.service.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that dashboards can be provisioned and are readable. {@link MetricsIT} checks their queries. */
final class DashboardsTest {
    /** Schema version of dashboard files in Grafana 12. */
    private static final int SCHEMA = 41;

    private static final int COLUMNS = 24;
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(?!__)(\\w+)");

    static Stream<String> files() throws IOException {
        return Dashboards.all().keySet().stream();
    }

    private static JsonNode dashboard(String file) throws IOException {
        return Objects.requireNonNull(Dashboards.all().get(file));
    }

    @ParameterizedTest
    @MethodSource("files")
    void shouldHaveWhatProvisioningNeeds(String file) throws IOException {
        JsonNode dashboard = dashboard(file);

        assertThat(dashboard.get("uid").asText()).isEqualTo("freshet-" + file.replace(".json", ""));
        assertThat(dashboard.get("title").asText()).startsWith("Freshet: ");
        assertThat(dashboard.get("schemaVersion").asInt()).isEqualTo(SCHEMA);
        assertThat(dashboard.has("id")).as("the id is Grafana's to give").isFalse();
        assertThat(dashboard.has("__inputs"))
                .as("no one can be asked for inputs")
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("files")
    void shouldSayOfEachPanelWhatItShowsAndInWhichUnit(String file) throws IOException {
        assertThat(Dashboards.panels(dashboard(file))).isNotEmpty().allSatisfy(panel -> {
            assertThat(panel.get("title").asText()).isNotBlank();
            assertThat(panel.get("description").asText()).endsWith(".");
            assertThat(panel.at("/fieldConfig/defaults/unit").asText()).isNotBlank();
            assertThat(panel.get("type").asText()).isIn("timeseries", "stat", "heatmap");
            assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
            assertThat(panel.get("targets")).isNotEmpty();
        });
    }

    @ParameterizedTest
    @MethodSource("files")
    void shouldUseOnlyVariablesThatThereAre(String file) throws IOException {
        JsonNode dashboard = dashboard(file);
        List<String> variables = dashboard.at("/templating/list").findValuesAsText("name");
        assertThat(variables).containsExactly("datasource", "job", "instance");
        for (String expression : Dashboards.expressions(dashboard)) {
            Matcher used = VARIABLE.matcher(expression);
            while (used.find()) {
                assertThat(variables).as(expression).contains(used.group(1));
            }
        }
        assertThat(Dashboards.panels(dashboard))
                .flatExtracting(panel -> panel.get("targets").findValuesAsText("expr"))
                .allSatisfy(expression -> assertThat(expression).contains("$job", "$instance"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void shouldPutNoPanelOnAnother(String file) throws IOException {
        Set<String> taken = new HashSet<>();
        List<Integer> ids = new ArrayList<>();
        for (JsonNode panel : dashboard(file).get("panels")) {
            ids.add(panel.get("id").asInt());
            JsonNode place = panel.get("gridPos");
            int left = place.get("x").asInt();
            int top = place.get("y").asInt();
            assertThat(left + place.get("w").asInt()).isLessThanOrEqualTo(COLUMNS);
            for (int x = left; x < left + place.get("w").asInt(); x++) {
                for (int y = top; y < top + place.get("h").asInt(); y++) {
                    assertThat(taken.add(x + "," + y))
                            .as(panel.get("title").asText())
                            .isTrue();
                }
            }
        }
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void shouldAlertOfTheSameUnderComposeAndKubernetes() throws IOException {
        assertThat(Dashboards.composeAlerts())
                .as("docker/prometheus/rules/freshet.yml and k8s/components/monitoring/alerts.yaml")
                .isEqualTo(Dashboards.kubernetesAlerts());
    }

    @Test
    void shouldSayOfEachAlertWhatItMeansAndWhatToDo() throws IOException {
        List<JsonNode> rules = StreamSupport.stream(
                        Dashboards.composeAlerts().get(0).get("rules").spliterator(), false)
                .toList();
        assertThat(rules).isNotEmpty().allSatisfy(rule -> {
            assertThat(rule.get("alert").asText()).startsWith("Freshet");
            assertThat(rule.at("/labels/severity").asText()).isIn("warning", "critical");
            assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
            assertThat(rule.at("/annotations/description").asText()).isNotBlank();
        });
        assertThat(rules).extracting(rule -> rule.get("alert").asText()).doesNotHaveDuplicates();
    }
}
