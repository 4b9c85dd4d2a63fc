package io.freshet.store.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.event.EventTypes;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RepeatPolicyTest {
    private static final RepeatPolicy POLICY = new RepeatPolicy(Map.of("view", 10L, "shown", 0L), 20);

    @Test
    void shouldHideAnItemForTheTimeOfItsEventsType() {
        assertThat(POLICY.hides(event("view"), 109)).isTrue();
        assertThat(POLICY.hides(event("view"), 110)).isFalse();
        assertThat(POLICY.hides(event("shown"), 100)).isFalse();
        assertThat(POLICY.hides(event(null), 119)).isTrue();
        assertThat(POLICY.hides(event(null), 120)).isFalse();
    }

    @Test
    void shouldHideForEverHoweverLongTheTimeIs() {
        RepeatPolicy longest = new RepeatPolicy(Map.of(), Long.MAX_VALUE - 1);
        assertThat(longest.hides(event("view"), Long.MAX_VALUE)).isTrue();
        assertThat(RepeatPolicy.OF_NOTHING.hides(event("view"), Long.MAX_VALUE)).isTrue();
        assertThat(RepeatPolicy.OF_ALL.hides(event("view"), 0)).isFalse();
    }

    @Test
    void shouldTellTheRowsThatAreHiddenAtATime() {
        assertThat(history(POLICY).hiddenAt(105)).containsExactly(1, 3);
        assertThat(history(POLICY).hiddenAt(115)).containsExactly(3);
        assertThat(history(RepeatPolicy.OF_NOTHING).hiddenAt(115)).containsExactly(1, 2, 3);
        assertThat(history(RepeatPolicy.OF_ALL).hiddenAt(100)).isEmpty();
    }

    private static HistoryRows history(RepeatPolicy policy) {
        HistoryRows history = new HistoryRows(EventTypes.ALIKE, policy);
        history.add(event("buy"), 9);
        history.clear();
        history.add(event("view"), 1);
        history.add(event("shown"), 2);
        history.add(event("buy"), 3);
        return history;
    }

    private static Interaction event(@Nullable String type) {
        return new Interaction("tea", 100, type, Interaction.NO_EVENT_ID);
    }
}
