package io.freshet.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.event.EventTypes;
import io.freshet.sequence.Interaction;
import io.freshet.sequence.UserSequence;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
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

        Recommendation answer = recommender.recommend(sequence("a"));

        assertThat(answer.fallback()).isEqualTo(Fallback.NO_MODEL);
        assertThat(answer.model()).isNull();
        assertThat(answered(answer)).containsExactly("b");
    }

    @Test
    void shouldAnswerWithPopularityWhenTheModelKnowsNoneOfTheUsersItems() {
        live.open(new ServedModel(TinyModels.model(4, "a"), 1), "v4");
        popularity.add("b", NOW);

        Recommendation answer = recommender.recommend(sequence("x"));

        assertThat(answer.fallback()).isEqualTo(Fallback.NO_KNOWN_ITEMS);
        assertThat(answer.model()).isEqualTo(new Recommendation.Model("v4", 4));
        assertThat(answered(answer)).containsExactly("b");
    }

    @Test
    void shouldAnswerWithTheModelsBestWithoutTheUsersOwn() {
        String[] items = IntStream.range(0, 40).mapToObj(i -> "i" + i).toArray(String[]::new);
        live.open(new ServedModel(TinyModels.model(4, items), 1), "v4");

        List<String> first = answered(recommender.recommend(sequence("i0")));
        Recommendation answer = recommender.recommend(
                sequence(Stream.concat(Stream.of("i0"), first.stream()).toArray(String[]::new)));

        assertThat(first).hasSize(3).doesNotContain("i0").doesNotHaveDuplicates();
        assertThat(answer.fallback()).isNull();
        assertThat(answered(answer)).hasSize(3).doesNotContain("i0").doesNotContainAnyElementsOf(first);
        assertThat(answer.model()).isEqualTo(new Recommendation.Model("v4", 4));
    }

    @Test
    void shouldAnswerWithLessWhenTheModelKnowsNoMore() {
        live.open(new ServedModel(TinyModels.model(4, "a", "b"), 1), "v4");

        Recommendation answer = recommender.recommend(sequence("a"));

        assertThat(answered(answer)).containsExactly("b");
    }

    private static List<String> answered(Recommendation answer) {
        return answer.items().stream().map(Recommendation.Item::itemId).toList();
    }

    private static UserSequence sequence(String... items) {
        List<Interaction> interactions = new ArrayList<>();
        for (String item : items) {
            interactions.add(new Interaction(item, NOW + interactions.size(), null, Interaction.NO_EVENT_ID));
        }
        return new UserSequence(interactions);
    }
}
