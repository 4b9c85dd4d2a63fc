package io.freshet.client.recommendation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.recommendation.Recommendation.Because;
import io.freshet.client.recommendation.Recommendation.Cause;
import io.freshet.client.recommendation.Recommendation.Item;
import io.freshet.client.recommendation.Recommendation.Model;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecommendationCodecTest {
    private static final String FULL = """
            {"user_id":"u","items":[{"item_id":"i","score":0.5,"because":[{"item_id":"j","weight":0.25}]}],\
            "model":{"version":"v4","step":4},"variant":"b","fallback":"no-model",\
            "cause":{"topic":"clicks","partition":1,"offset":5,"timestamp":17},"generated_at":99}""";

    @Test
    void shouldReadAndWriteGoldenJson() throws MalformedRecommendationException {
        Recommendation recommendation = new Recommendation(
                "u",
                List.of(new Item("i", .5f, List.of(new Because("j", .25f)))),
                new Model("v4", 4),
                "b",
                Fallback.NO_MODEL.code(),
                new Cause("clicks", 1, 5, 17),
                99);

        assertThat(new String(RecommendationCodec.toJson(recommendation), UTF_8))
                .isEqualTo(FULL);
        assertThat(parse(FULL)).isEqualTo(recommendation);
    }

    @Test
    void shouldReadWithoutWhatMayBeAbsentAndWithWhatIsUnknown() throws MalformedRecommendationException {
        assertThat(parse("{\"items\":[{\"item_id\":\"\",\"score\":0}],\"model\":null,\"generated_at\":0,\"new\":[{}]}"))
                .isEqualTo(new Recommendation(null, List.of(new Item("", 0f, null)), null, "", null, null, 0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    ~~                                               | must be a JSON object: it is MISSING
                    [                                                | must be JSON: length=1
                    [1]                                              | must be a JSON object: it is ARRAY
                    {} {}                                            | must be JSON
                    {"items":[],"items":[]}                          | must be JSON
                    {"model":null,"generated_at":0}                  | must have the field items
                    {"items":{},"model":null,"generated_at":0}       | must have an array in the field items: it is OBJECT
                    {"items":[],"generated_at":0}                    | must have the field model
                    {"items":[],"model":null}                        | must have the field generated_at
                    {"items":[],"model":null,"generated_at":1.5}     | must have an integer
                    {"items":["a"],"model":null,"generated_at":0}    | items[0] must be a JSON object: it is STRING
                    {"items":[{"score":1}],"model":null,"generated_at":0} | items[0] must have the field item_id
                    {"items":[],"model":{"version":7,"step":1},"generated_at":0} | model must have a string in the field version
                    {"items":[],"model":null,"user_id":null,"generated_at":0}    | must have a string in the field user_id
                    """)
    void shouldSayWhatDoesNotHold(String json, String message) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOf(MalformedRecommendationException.class)
                .hasMessageContaining(message);
    }

    private static Recommendation parse(String json) throws MalformedRecommendationException {
        return RecommendationCodec.parse(json.getBytes(UTF_8));
    }
}
