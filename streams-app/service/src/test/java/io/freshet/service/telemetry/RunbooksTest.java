package io.freshet.service.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Checks that each alert links to its section of the runbooks, and that each section has the required parts. */
final class RunbooksTest {
    private static final Path ROOT = Path.of("..", "..");
    private static final String PAGE = "streams-app/docs/runbooks.md";
    private static final Pattern LINK = Pattern.compile("https://[^/#]+/.*?/(" + Pattern.quote(PAGE) + ")#([\\w-]+)");
    private static final Pattern SECTION = Pattern.compile("(?ms)^## (.*?)\\n(.*?)(?=^## |\\z)");
    private static final Pattern METRIC = Pattern.compile("\\bfreshet_\\w+");

    @Test
    void shouldLinkEachAlertToASectionThatExists() throws IOException {
        Map<String, String> sections = sections();
        for (JsonNode alert : alerts()) {
            String name = alert.get("alert").asText();

            assertThat(alert.at("/annotations/runbook_url").asText())
                    .matches(LINK)
                    .satisfies(url -> assertThat(anchor(url)).isEqualTo(name.toLowerCase(Locale.ROOT)));
            assertThat(sections).containsKey(name);
        }
    }

    @Test
    void shouldHaveNoSectionWithoutAnAlert() throws IOException {
        assertThat(sections().keySet())
                .containsExactlyElementsOf(alerts().stream()
                        .map(alert -> alert.get("alert").asText())
                        .toList());
    }

    @Test
    void shouldSayWhatAnAlertMeansHowToSeeItAndWhatToDo() throws IOException {
        String metrics = Files.readString(ROOT.resolve("streams-app/METRICS.md"));

        assertThat(sections()).allSatisfy((name, text) -> {
            assertThat(text).containsSubsequence("**Meaning.** ", "**How to see it.** ", "**What to do.**", "\n1. ");
            List<String> named =
                    METRIC.matcher(text).results().map(MatchResult::group).toList();
            assertThat(named).as(name).allSatisfy(metric -> assertThat(metrics).contains("`" + metric));
        });
    }

    /** The file is for promtool, which runs before the build. */
    @Test
    void shouldFireEachAlertInATest() throws IOException {
        String tests = Files.readString(ROOT.resolve(".ci/alerts.yml"));

        assertThat(alerts())
                .allSatisfy(alert -> assertThat(tests)
                        .containsPattern("\\b" + alert.get("alert").asText() + "\\b"));
    }

    private static String anchor(String url) {
        return LINK.matcher(url).results().findFirst().orElseThrow().group(2);
    }

    private static List<JsonNode> alerts() throws IOException {
        return StreamSupport.stream(
                        Dashboards.composeAlerts().get(0).get("rules").spliterator(), false)
                .toList();
    }

    /** Returns the text of each section by its heading. */
    private static Map<String, String> sections() throws IOException {
        Map<String, String> sections = new LinkedHashMap<>();
        SECTION.matcher(Files.readString(ROOT.resolve(PAGE)))
                .results()
                .forEach(section -> sections.put(section.group(1), section.group(2)));
        return sections;
    }
}
