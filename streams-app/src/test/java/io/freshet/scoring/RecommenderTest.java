package io.freshet.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.event.EventTypes;
import io.freshet.sequence.ClickOrigin;
import io.freshet.sequence.Interaction;
import io.freshet.sequence.UserSequence;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RecommenderTest {
    private static final long NOW = 1_700_000_000_000L;

    private final LiveModel live = new LiveModel(Clock.systemUTC(), new SimpleMeterRegistry());
    private final Popularity popularity = new Popularity(1_000, 100, 10);
    private final Recommender recommender = new Recommender(live, popularity, EventTypes.ALIKE, 3);

    @AfterEach
    void closeModel() {
        live.close();
    }

    @Test
    void shouldAnswerWithPopularityWhenThereIsNoModel() {
        popularity.add("a", NOW);
        popularity.add("b", NOW);

        recommender.recommend(sequence("a"));

        assertThat(recommender.fallback()).isEqualTo(Fallback.NO_MODEL);
        assertThat(recommender.hasModel()).isFalse();
        assertThat(answered()).containsExactly("b");
    }

    @Test
    void shouldAnswerWithPopularityWhenTheModelKnowsNoneOfTheUsersItems() {
        live.open(new ServedModel(TinyModels.model(4, "a"), 1), "v4");
        popularity.add("b", NOW);

        recommender.recommend(sequence("x"));

        assertThat(recommender.fallback()).isEqualTo(Fallback.NO_KNOWN_ITEMS);
        assertThat(recommender.hasModel()).isTrue();
        assertThat(answered()).containsExactly("b");
    }

    @Test
    void shouldAnswerWithTheModelsBestWithoutTheUsersOwn() {
        String[] items = IntStream.range(0, 40).mapToObj(i -> "i" + i).toArray(String[]::new);
        live.open(new ServedModel(TinyModels.model(4, items), 1), "v4");

        recommender.recommend(sequence("i0"));
        List<String> first = answered();
        recommender.recommend(
                sequence(Stream.concat(Stream.of("i0"), first.stream()).toArray(String[]::new)));

        assertThat(first).hasSize(3).doesNotContain("i0").doesNotHaveDuplicates();
        assertThat(recommender.fallback()).isNull();
        assertThat(answered()).hasSize(3).doesNotContain("i0").doesNotContainAnyElementsOf(first);
        assertThat(recommender.step()).isEqualTo(4);
        assertThat(recommender.version()).isEqualTo("v4");
    }

    @Test
    void shouldAnswerWithLessWhenTheModelKnowsNoMore() {
        live.open(new ServedModel(TinyModels.model(4, "a", "b"), 1), "v4");

        recommender.recommend(sequence("a"));

        assertThat(answered()).containsExactly("b");
    }

    @Test
    void shouldWriteTheModelsAnswerAsJson() throws IOException {
        live.open(new ServedModel(TinyModels.model(4, "a", "b\"ü"), 1), "v4");
        recommender.recommend(sequence("a"));

        JsonNode json = written("user\n1");

        assertThat(json.get("user_id").textValue()).isEqualTo("user\n1");
        assertThat(json.get("items")).hasSize(1);
        assertThat(json.get("items").get(0).get("item_id").textValue()).isEqualTo("b\"ü");
        assertThat(json.get("items").get(0).get("score").isFloatingPointNumber())
                .isTrue();
        assertThat(json.get("model").toString()).isEqualTo("{\"version\":\"v4\",\"step\":4}");
        assertThat(json.has("fallback")).isFalse();
        assertThat(json.get("cause").toString())
                .isEqualTo("{\"topic\":\"clicks\",\"partition\":1,\"offset\":5,\"timestamp\":" + NOW + "}");
        assertThat(json.get("generated_at").longValue()).isEqualTo(NOW + 9);
    }

    @Test
    void shouldWriteWhyPopularityAnswers() throws IOException {
        recommender.recommend(sequence("a"));

        JsonNode json = written("u");

        assertThat(json.get("items")).isEmpty();
        assertThat(json.get("model").isNull()).isTrue();
        assertThat(json.get("fallback").textValue()).isEqualTo("no-model");
    }

    private JsonNode written(String userId) throws IOException {
        byte[] json = new RecommendationWriter()
                .write(userId.getBytes(UTF_8), recommender, new ClickOrigin("clicks", 1, 5, NOW), NOW + 9);
        return new ObjectMapper().readTree(json);
    }

    private List<String> answered() {
        List<String> items = new ArrayList<>();
        for (int rank = 0; rank < recommender.items().size(); rank++) {
            items.add(recommender.items().itemId(rank));
        }
        return items;
    }

    private static UserSequence sequence(String... items) {
        List<Interaction> interactions = new ArrayList<>();
        for (String item : items) {
            interactions.add(new Interaction(item, NOW + interactions.size(), null, Interaction.NO_EVENT_ID));
        }
        return new UserSequence(interactions);
    }
}
