package io.freshet.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RetentionPolicyTest {
    /** Six snapshots on three days, with two days without snapshots between the second and the third. */
    private static final Map<String, Instant> SNAPSHOTS = new TreeMap<>(Map.of(
            "1", Instant.parse("2026-03-01T10:00:00Z"),
            "2", Instant.parse("2026-03-01T23:59:59Z"),
            "3", Instant.parse("2026-03-02T00:00:00Z"),
            "4", Instant.parse("2026-03-02T12:00:00Z"),
            "5", Instant.parse("2026-03-05T08:00:00Z"),
            "6", Instant.parse("2026-03-05T08:01:00Z")));

    @Test
    void shouldKeepTheNewestWhenNoDaysAreKept() {
        assertThat(new RetentionPolicy(2, 0).surplus(SNAPSHOTS, Set.of())).containsExactly("1", "2", "3", "4");
        assertThat(new RetentionPolicy(6, 0).surplus(SNAPSHOTS, Set.of())).isEmpty();
        assertThat(new RetentionPolicy(9, 0).surplus(SNAPSHOTS, Set.of())).isEmpty();
        assertThat(new RetentionPolicy(1, 0).surplus(Map.of(), Set.of())).isEmpty();
    }

    @Test
    void shouldKeepTheNewestOfEachDayWhenDaysAreKept() {
        assertThat(new RetentionPolicy(1, 1).surplus(SNAPSHOTS, Set.of())).containsExactly("1", "2", "3", "4", "5");
        assertThat(new RetentionPolicy(1, 2).surplus(SNAPSHOTS, Set.of())).containsExactly("1", "2", "3", "5");
        assertThat(new RetentionPolicy(2, 3).surplus(SNAPSHOTS, Set.of())).containsExactly("1", "3");
        assertThat(new RetentionPolicy(1, 30).surplus(SNAPSHOTS, Set.of())).containsExactly("1", "3", "5");
    }

    @Test
    void shouldKeepWhatIsWantedWhenItIsOld() {
        assertThat(new RetentionPolicy(2, 0).surplus(SNAPSHOTS, Set.of("1", "unknown")))
                .containsExactly("2", "3", "4");
    }

    @Test
    void shouldRefuseToKeepNothing() {
        assertThatIllegalArgumentException().isThrownBy(() -> new RetentionPolicy(0, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> new RetentionPolicy(1, -1));
    }
}
