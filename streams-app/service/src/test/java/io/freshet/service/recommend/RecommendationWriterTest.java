package io.freshet.service.recommend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.recommendation.Fallback;
import io.freshet.client.recommendation.Recommendation;
import io.freshet.store.sequence.ClickOrigin;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RecommendationWriterTest {
    private static final ClickOrigin CAUSE = new ClickOrigin("clicks", 1, 5, 17);

    @Test
    void shouldWriteAnAnswerWithoutWhatItHasNot() {
        Answer answer = new Answer(
                List.of(new Recommendation.Item("b\"ü", .5f, null)), new Recommendation.Model("v4", 4), null, "");

        assertThat(written("user\n1", answer, CAUSE)).isEqualTo("""
                {"user_id":"user\\n1","items":[{"item_id":"b\\"ü","score":0.5}],"model":{"version":"v4","step":4},\
                "cause":{"topic":"clicks","partition":1,"offset":5,"timestamp":17},"generated_at":99}""");
    }

    @Test
    void shouldWriteReasonsVariantAndFallbackWhenThereAre() {
        List<Recommendation.Because> because = List.of(new Recommendation.Because("j", .25f));
        Answer answer = new Answer(
                List.of(new Recommendation.Item("i", 0f, because), new Recommendation.Item("l", 0f, List.of())),
                null,
                Fallback.ALL_FILTERED,
                "b");

        assertThat(written(null, answer, null)).isEqualTo("""
                {"items":[{"item_id":"i","score":0.0,"because":[{"item_id":"j","weight":0.25}]},\
                {"item_id":"l","score":0.0,"because":[]}],"model":null,"variant":"b","fallback":"all-filtered",\
                "generated_at":99}""");
    }

    private static String written(@Nullable String userId, Answer answer, @Nullable ClickOrigin cause) {
        return new String(RecommendationWriter.toJson(userId, answer, cause, 99), UTF_8);
    }
}
