package io.freshet.store.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.freshet.store.event.EventTypes.Meaning;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventTypesTest {
    private static final EventTypes SHOP =
            new EventTypes(Map.of("purchase", 4f, "view", 0f), Set.of("impression"), Set.of("return", "dislike"));

    @Test
    void shouldWeighOneWhatIsNotNamed() {
        assertThat(SHOP.weight(null)).isEqualTo(1);
        assertThat(SHOP.weight("like")).isEqualTo(1);
        assertThat(EventTypes.ALIKE.weight("purchase")).isEqualTo(1);
        assertThat(EventTypes.ALIKE.meaning("dislike")).isEqualTo(Meaning.IN_HISTORY);
    }

    @Test
    void shouldTakeForATargetWhatStandsInTheHistoryWithAWeight() {
        assertThat(SHOP.isTarget("purchase")).isTrue();
        assertThat(SHOP.isTarget("view")).isFalse();
        assertThat(SHOP.meaning("view")).isEqualTo(Meaning.IN_HISTORY);
        assertThat(SHOP.isTarget("impression")).isFalse();
        assertThat(SHOP.meaning("impression")).isEqualTo(Meaning.ONLY_SEEN);
        assertThat(SHOP.isTarget("return")).isFalse();
        assertThat(SHOP.meaning("return")).isEqualTo(Meaning.TAKES_BACK);
    }

    @ParameterizedTest
    @ValueSource(floats = {-1f, Float.NaN, Float.POSITIVE_INFINITY, 1e-7f, 2e6f})
    void shouldRefuseAWeightThatNoMeanCanBear(float weight) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EventTypes(Map.of("view", weight), Set.of(), Set.of()))
                .withMessageContaining("type=view weight=" + weight);
    }

    @Test
    void shouldRefuseATypeOfTwoMeanings() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EventTypes(Map.of("a", 1f), Set.of("a"), Set.of()))
                .withMessageContaining("[a] are in weights and in filterOnly");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EventTypes(Map.of("a", 1f), Set.of(), Set.of("a")))
                .withMessageContaining("[a] are in weights and in negative");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EventTypes(Map.of(), Set.of("b", "a"), Set.of("a", "b")))
                .withMessageContaining("[a, b] are in filterOnly and in negative");
    }

    @Test
    void shouldDescribeWhatIsNotUsualInTheSameWordsWhateverTheOrder() {
        Map<String, Object> described = new LinkedHashMap<>();
        Map<String, Object> nothing = new LinkedHashMap<>();

        SHOP.describeTo(described);
        EventTypes.ALIKE.describeTo(nothing);

        assertThat(described)
                .containsExactly(
                        Map.entry("event_weights", "{purchase=4.0, view=0.0}"),
                        Map.entry("event_filter_only", "[impression]"),
                        Map.entry("event_negative", "[dislike, return]"));
        assertThat(nothing).isEmpty();
    }
}
