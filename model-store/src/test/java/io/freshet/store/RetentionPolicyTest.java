package io.freshet.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;

import io.freshet.store.RetentionPolicy.Decision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetentionPolicyTest {
    /** Six snapshots on three days, with two days without snapshots between the second and the third. */
    private static final List<RetentionPolicy.Candidate> SNAPSHOTS = List.of(
            snapshot("1", 0, "2026-03-01T10:00:00Z"),
            snapshot("2", 0, "2026-03-01T23:59:59Z"),
            snapshot("3", 0, "2026-03-02T00:00:00Z"),
            snapshot("4", 0, "2026-03-02T12:00:00Z"),
            snapshot("5", 0, "2026-03-05T08:00:00Z"),
            snapshot("6", 0, "2026-03-05T08:01:00Z"));

    private static RetentionPolicy.Candidate snapshot(String version, long lineage, String createdAt) {
        return new RetentionPolicy.Candidate(version, lineage, Instant.parse(createdAt));
    }

    @Test
    void shouldKeepTheNewestWhenNoDaysAreKept() {
        assertThat(surplus(new RetentionPolicy(2, 0), SNAPSHOTS, Set.of())).containsExactly("1", "2", "3", "4");
        assertThat(surplus(new RetentionPolicy(6, 0), SNAPSHOTS, Set.of())).isEmpty();
        assertThat(surplus(new RetentionPolicy(9, 0), SNAPSHOTS, Set.of())).isEmpty();
        assertThat(surplus(new RetentionPolicy(1, 0), List.of(), Set.of())).isEmpty();
    }

    @Test
    void shouldKeepTheNewestOfEachDayWhenDaysAreKept() {
        assertThat(surplus(new RetentionPolicy(1, 1), SNAPSHOTS, Set.of())).containsExactly("1", "2", "3", "4", "5");
        assertThat(surplus(new RetentionPolicy(1, 2), SNAPSHOTS, Set.of())).containsExactly("1", "2", "3", "5");
        assertThat(surplus(new RetentionPolicy(2, 3), SNAPSHOTS, Set.of())).containsExactly("1", "3");
        assertThat(surplus(new RetentionPolicy(1, 30), SNAPSHOTS, Set.of())).containsExactly("1", "3", "5");
    }

    @Test
    void shouldKeepWhatIsWantedWhenItIsOld() {
        assertThat(surplus(new RetentionPolicy(2, 0), SNAPSHOTS, Set.of("1", "unknown")))
                .containsExactly("2", "3", "4");
    }

    @Test
    void shouldKeepTheLaterLineageWhenItHasFewerSteps() {
        List<RetentionPolicy.Candidate> both = new ArrayList<>(SNAPSHOTS);
        both.add(snapshot("2a", 1, "2026-03-05T09:00:00Z"));
        both.add(snapshot("3a", 1, "2026-03-05T10:00:00Z"));

        assertThat(surplus(new RetentionPolicy(2, 0), both, Set.of())).containsExactly("1", "2", "3", "4", "5", "6");
        assertThat(surplus(new RetentionPolicy(1, 1), both, Set.of()))
                .containsExactly("1", "2", "3", "4", "5", "6", "2a");
    }

    @Test
    void shouldSayWhyEachSnapshotIsKept() {
        assertThat(new RetentionPolicy(1, 3).decide(SNAPSHOTS, Set.of("2")))
                .containsExactly(
                        entry("1", Decision.SURPLUS),
                        entry("2", Decision.WANTED),
                        entry("3", Decision.SURPLUS),
                        entry("4", Decision.LAST_OF_ITS_DAY),
                        entry("5", Decision.SURPLUS),
                        entry("6", Decision.AMONG_THE_NEWEST));
    }

    private static List<String> surplus(
            RetentionPolicy policy, List<RetentionPolicy.Candidate> snapshots, Set<String> wanted) {
        return policy.decide(snapshots, wanted).entrySet().stream()
                .filter(decision -> decision.getValue() == Decision.SURPLUS)
                .map(Map.Entry::getKey)
                .toList();
    }

    @Test
    void shouldRefuseToKeepNothing() {
        assertThatIllegalArgumentException().isThrownBy(() -> new RetentionPolicy(0, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> new RetentionPolicy(1, -1));
    }
}
