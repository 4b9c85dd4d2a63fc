package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares each place that names Freshet's version with the root POM. */
final class VersionTest {
    private static final Path ROOT = Path.of("..", "..");

    /** The version of the build, such as 0.1.0 or 0.1.0-SNAPSHOT. */
    private static final String BUILD = matches(
                    ROOT.resolve("pom.xml"), "<artifactId>freshet</artifactId>\\s*<version>([^<]+)<")
            .getFirst();

    /** The release that the build is, or will be. */
    private static final String RELEASE = BUILD.replace("-SNAPSHOT", "");

    @Test
    void shouldBeTheVersionOfTheChartAndItsImage() {
        JsonNode chart = Manifests.documents(Manifests.read(Manifests.K8S.resolve("chart/Chart.yaml")))
                .getFirst();

        assertThat(chart.path("version").asText()).isEqualTo(RELEASE);
        assertThat(chart.path("appVersion").asText()).isEqualTo(RELEASE);
    }

    @Test
    void shouldBeTheTagOfTheImageInTheOverlays() throws IOException {
        List<String> tags = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Manifests.K8S.resolve("overlays"))) {
            files.filter(file -> file.endsWith("kustomization.yaml")
                            && !file.startsWith(Manifests.K8S.resolve("overlays/dev")))
                    .forEach(file -> tags.addAll(matches(file, "newTag: (\\S+)")));
        }

        assertThat(tags).isNotEmpty().containsOnly(RELEASE);
    }

    @Test
    void shouldBeTheVersionOfTheClientInTheGuide() {
        assertThat(matches(
                        ROOT.resolve("streams-app/docs/clients.md"),
                        "<artifactId>freshet-client</artifactId>\\s*<version>([^<]+)<"))
                .containsExactly(BUILD);
    }

    private static List<String> matches(Path file, String pattern) {
        return Pattern.compile(pattern)
                .matcher(Manifests.read(file))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
