package io.freshet.service.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares the metrics of both roles with METRICS.md, the dashboards and the alerts. */
@SuppressWarnings("NullAway.Init") // JUnit calls start before each test.
final class MetricsIT {

    @TempDir
    static Path folder;

    private static WatchedRoles roles;
    private static Scrape streams;
    private static Scrape trainer;

    @BeforeAll
    static void start() throws Exception {
        roles = new WatchedRoles(folder);
        roles.work();
        streams = roles.streams();
        trainer = roles.trainer();
    }

    @AfterAll
    static void stop() {
        roles.close();
    }

    @Test
    void shouldHaveEveryMetricInTheTable() throws Exception {
        String table = MetricsTable.of(streams, trainer);
        if (Boolean.getBoolean("metrics.write")) {
            MetricsTable.write(table);
        }
        assertThat(MetricsTable.written())
                .as("METRICS.md; CONTRIBUTING.md says how it is written")
                .isEqualTo(table);
    }

    @Test
    void shouldNameTheFamiliesOfTheLibraries() throws Exception {
        Set<String> prefixes = MetricsTable.familyPrefixes();
        Set<String> used = new TreeSet<>();
        Set<String> unknown = new TreeSet<>();
        names().filter(name -> !name.startsWith(MetricsTable.OWN))
                .forEach(name -> prefixes.stream()
                        .filter(name::startsWith)
                        .findFirst()
                        .ifPresentOrElse(used::add, () -> unknown.add(name)));
        assertThat(unknown).as("metrics of no family in METRICS.md").isEmpty();
        assertThat(used).as("families in METRICS.md that there are").isEqualTo(prefixes);
    }

    @Test
    void shouldSayWhatEachOfItsOwnMetricsIs() {
        assertThat(Stream.of(streams, trainer).flatMap(scrape -> scrape.families().values().stream()))
                .filteredOn(family -> family.name().startsWith(MetricsTable.OWN))
                .allSatisfy(
                        family -> assertThat(family.help()).as(family.name()).isNotBlank());
    }

    @Test
    void shouldShowOnlyWhatThereIs() throws Exception {
        References references = new References(streams.and(trainer), Set.of("job", "instance"));
        assertThat(Dashboards.all().values())
                .flatExtracting(Dashboards::expressions)
                .flatExtracting(references::missing)
                .isEmpty();
    }

    @Test
    void shouldAlertOnlyOnWhatThereIs() throws Exception {
        // Only several learners have the label learner, and only a shadow has the label shadow.
        References references = new References(
                streams.and(trainer),
                Set.of("job", "instance", "namespace", "pod", "application", "learner", "shadow"));
        assertThat(Dashboards.composeAlerts().findValuesAsText("expr"))
                .isNotEmpty()
                .flatExtracting(references::missing)
                .isEmpty();
    }

    @Test
    void shouldFindWhatIsNotThere() {
        References references = new References(streams.and(trainer), Set.of("job", "instance"));
        assertThat(references.missing("sum by (le) (rate(freshet_scoring_seconds_bucket{job=\"$job\"}[5m]))"))
                .isEmpty();
        assertThat(references.missing("rate(freshet_scoring_second_bucket[5m])"))
                .hasSize(1);
        assertThat(references.missing("sum by (route) (freshet_model_step)")).hasSize(1);
        assertThat(references.missing("freshet_recommendations_total{fallback=\"no-modell\"}"))
                .hasSize(1);
        assertThat(references.missing("freshet_recommendations_total{why=~\".*\"}"))
                .hasSize(1);
    }

    private static Stream<String> names() {
        return Stream.concat(streams.families().keySet().stream(), trainer.families().keySet().stream());
    }
}
