package io.freshet.workbench.demo.count;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecommendedTest {
    @Test
    void shouldFindItemsAndCauseWhenTheModelAnswered() {
        Recommended recommended = parse("""
                {"user_id":"u","items":[{"item_id":"a","score":1.5},{"item_id":"b","score":1}],
                 "model":{"version":"v","step":3},
                 "cause":{"topic":"clicks","partition":0,"offset":5,"timestamp":1700000000000},"generated_at":1}""");
        assertThat(recommended.items()).containsExactly("a", "b");
        assertThat(recommended.byModel()).isTrue();
        assertThat(recommended.clickTimestampMs()).isEqualTo(1_700_000_000_000L);
    }

    @Test
    void shouldSayThatItWasNotTheModelWhenItIsAFallback() {
        assertThat(parse("{\"items\":[],\"model\":null,\"fallback\":\"no-model\"}")
                        .byModel())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "null", "[]", "{}", "true"})
    void shouldRefuseAnItemWhoseIdIsNoText(String id) {
        assertThatThrownBy(() -> parse("{\"items\":[{\"item_id\":" + id + "}]}"))
                .isInstanceOf(UncheckedIOException.class)
                .cause()
                .hasMessageContaining("an item_id must be a text");
    }

    private static Recommended parse(String json) {
        return Recommended.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
