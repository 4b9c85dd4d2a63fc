package io.freshet.service.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.freshet.client.item.CatalogueItem;
import io.freshet.client.recommendation.Fallback;
import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.request.ItemSelection;
import io.freshet.client.request.RecommendationRequest;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.popularity.Popularity;
import io.freshet.service.request.ItemListing;
import io.freshet.service.scoring.AdvancingClock;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.serving.ServedModel;
import io.freshet.service.serving.TinyModels;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.UserSequence;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RecommenderTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final long DAY = 86_400_000;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AdvancingClock clock = new AdvancingClock();
    private final LiveModel live = new LiveModel(clock, registry);
    private Recommender.SharedState shared = shared(Map.of());
    private Recommender recommender = new Recommender(shared, live, "");

    @AfterEach
    void closeModel() {
        live.close();
    }

    @Test
    void shouldAnswerWithPopularityWhenThereIsNoModel() {
        popular("a", "b");

        Answer answer = ask("a");

        assertThat(answer.fallback()).isEqualTo(Fallback.NO_MODEL);
        assertThat(answer.model()).isNull();
        assertThat(answered(answer)).containsExactly("b");
        assertThat(answer.items().getFirst().score()).isEqualTo(0.5f);
    }

    @Test
    void shouldAnswerWithPopularityWhenTheModelKnowsNoneOfTheUsersItems() {
        know("a");
        popular("b");

        Answer answer = ask("x");

        assertThat(answer.fallback()).isEqualTo(Fallback.NO_KNOWN_ITEMS);
        assertThat(answer.model()).isEqualTo(new Recommendation.Model("v4", 4));
        assertThat(answered(answer)).containsExactly("b");
    }

    @Test
    void shouldAnswerWithPopularityWhenTheUserIsUnknown() {
        know("a");
        popular("a", "b");

        Answer answer = recommender.answer(RecommendationRequest.ofUser("unknown-user", 1), null);

        assertThat(answer.fallback()).isEqualTo(Fallback.UNKNOWN_USER);
        assertThat(answered(answer)).containsExactly("a");
        assertThat(registry.get("freshet.recommendations")
                        .tag("fallback", "unknown-user")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void shouldAnswerWithPopularityThroughTheSameFiltersWhenNothingIsLeft() {
        know("a", "b", "c");
        popular("a", "b", "c", "d", "e");

        Answer answer = ask(selection(Set.of("b", "c", "d"), null), "a");

        assertThat(answer.fallback()).isEqualTo(Fallback.ALL_FILTERED);
        assertThat(answered(answer)).containsExactly("e");
    }

    @Test
    void shouldAnswerWithTheModelsBestWithoutTheUsersOwn() {
        know(IntStream.range(0, 40).mapToObj(i -> "i" + i).toArray(String[]::new));

        List<String> first = answered(ask("i0"));
        Answer answer = ask(Stream.concat(Stream.of("i0"), first.stream()).toArray(String[]::new));

        assertThat(first).hasSize(3).doesNotContain("i0").doesNotHaveDuplicates();
        assertThat(answer.fallback()).isNull();
        assertThat(answered(answer)).hasSize(3).doesNotContain("i0").doesNotContainAnyElementsOf(first);
        assertThat(answer.model()).isEqualTo(new Recommendation.Model("v4", 4));
    }

    @Test
    void shouldAnswerWithLessWhenTheModelKnowsNoMore() {
        know("a", "b");

        assertThat(answered(ask("a"))).containsExactly("b");
    }

    @Test
    void shouldAnswerAHistoryAsTheUserWhoHasIt() {
        know("a", "b", "c", "d", "e");
        List<RecommendationRequest.Event> history = sequence("a", "c").interactions().stream()
                .map(past -> new RecommendationRequest.Event(past.itemId(), past.timestampMs(), past.eventType()))
                .toList();

        Answer answer = recommender.answer(new RecommendationRequest(null, history, 3, ItemSelection.ALL, false), null);

        assertThat(answer).isEqualTo(ask("a", "c"));
    }

    @Test
    void shouldAnswerManyAtOnceAsOneByOne() {
        know("a", "b", "c", "d", "e", "f");
        popular("c", "x");
        List<UserSequence> sequences =
                List.of(sequence("a"), sequence("x", "y"), sequence("b", "a"), sequence("a", "b", "c", "d", "e", "f"));

        List<Answer> together = recommender.answerAll(sequences, 3);

        assertThat(together).hasSize(4);
        for (int i = 0; i < together.size(); i++) {
            Answer alone = recommender.answer(RecommendationRequest.ofUser("u", 3), sequences.get(i), NOW);
            assertThat(answered(together.get(i))).isEqualTo(answered(alone));
            assertThat(together.get(i).fallback()).isEqualTo(alone.fallback());
            assertThat(together.get(i).model()).isEqualTo(alone.model());
            for (int place = 0; place < alone.items().size(); place++) {
                assertThat(together.get(i).items().get(place).score())
                        .isCloseTo(alone.items().get(place).score(), withinPercentage(.01));
            }
        }
        assertThat(together)
                .extracting(Answer::fallback)
                .containsExactly(null, Fallback.NO_KNOWN_ITEMS, null, Fallback.ALL_FILTERED);
    }

    @Test
    void shouldBringASeenItemBackWhenItsTimeHasPassed() {
        configure(Map.of("events.seen.return.ms", "view=" + DAY + ",shown=0"));
        know("a", "b", "c", "d");
        UserSequence sequence = new UserSequence(List.of(
                new Interaction("a", NOW, "view", 0),
                new Interaction("b", NOW, "purchase", 0),
                new Interaction("c", NOW, "shown", 0)));
        RecommendationRequest request = RecommendationRequest.ofUser("u", 3);

        assertThat(answered(recommender.answer(request, sequence, NOW + DAY - 1)))
                .containsExactlyInAnyOrder("c", "d");
        assertThat(answered(recommender.answer(request, sequence, NOW + DAY))).containsExactlyInAnyOrder("a", "c", "d");
    }

    @ParameterizedTest
    @CsvSource({"never, ''", "always, a b", "learned, a b"})
    void shouldRecommendItemsOfTheHistoryAgainWhenRepeatsAreAllowed(String repeats, String returning) {
        configure(Map.of(
                "recommend.repeats", repeats, "events.negative", "dislike", "events.filter.only", "shown,glanced"));
        know("a", "b", "c", "d", "e");
        UserSequence sequence = new UserSequence(List.of(
                new Interaction("a", NOW, "view", 0),
                new Interaction("c", NOW, "shown", 0),
                new Interaction("d", NOW, "dislike", 0),
                new Interaction("b", NOW, null, 0)));

        Answer answer = recommender.answer(RecommendationRequest.ofUser("u", 5), sequence, NOW);

        List<String> expected = Stream.concat(
                        Stream.of(returning.split(" ")).filter(item -> !item.isEmpty()), Stream.of("e"))
                .toList();
        assertThat(answered(answer)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"always", "learned"})
    void shouldLetTheTimesOfTypesGoBeforeRepeats(String repeats) {
        configure(Map.of("recommend.repeats", repeats, "events.seen.return.ms", "buy=" + DAY));
        know("a", "b", "c");
        UserSequence sequence =
                new UserSequence(List.of(new Interaction("a", NOW, "buy", 0), new Interaction("b", NOW, "view", 0)));
        RecommendationRequest request = RecommendationRequest.ofUser("u", 3);

        assertThat(answered(recommender.answer(request, sequence, NOW))).containsExactlyInAnyOrder("b", "c");
        assertThat(answered(recommender.answer(request, sequence, NOW + DAY))).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void shouldAnswerOnlyWithWhatTheCatalogueHasAndFollowItAtOnce() {
        configure(Map.of("items.catalogue", "filter"));
        know("a", "b", "c", "d");
        catalogue("b", new CatalogueItem(List.of("shoes"), true));
        catalogue("c", new CatalogueItem(List.of(), false));

        assertThat(answered(ask("a"))).containsExactly("b");

        catalogue("c", new CatalogueItem(List.of(), true));
        catalogue("b", null);

        assertThat(answered(ask("a"))).containsExactly("c");
    }

    @Test
    void shouldKnowWhatTheCatalogueSaysOfItemsThatADeltaBrings() {
        configure(Map.of("items.catalogue", "filter"));
        know("a", "b");
        catalogue("b", new CatalogueItem(List.of(), true));
        catalogue("x", new CatalogueItem(List.of(), true));
        assertThat(answered(ask("a"))).containsExactly("b");

        live.accept(TinyModels.delta(4, 5, 2, "x", "y"), false);

        assertThat(answered(ask("a"))).containsExactlyInAnyOrder("b", "x");
    }

    @Test
    void shouldCapEachCategoryAndLookDeeper() {
        configure(Map.of("items.catalogue", "filter"));
        String[] items = IntStream.range(0, 100).mapToObj(i -> "i" + i).toArray(String[]::new);
        know(items);
        for (int i = 0; i < 100; i++) {
            catalogue(items[i], new CatalogueItem(List.of(i < 97 ? "many" : "few"), true));
        }

        Answer answer = ask(new ItemSelection(Set.of(), null, Set.of(), 1, 0), "i0");

        assertThat(answered(answer)).hasSize(2);
        assertThat(answered(answer).stream().filter(Set.of("i97", "i98", "i99")::contains))
                .hasSize(1);
    }

    @Test
    void shouldSayWhichPastItemsAnAnswerComesFrom() {
        know("a", "b", "c", "d");
        UserSequence sequence = sequence("a", "b", "a");

        Answer answer =
                recommender.answer(new RecommendationRequest("u", null, 2, ItemSelection.ALL, true), sequence, NOW);
        Answer plain = recommender.answer(RecommendationRequest.ofUser("u", 2), sequence, NOW);
        Answer afterOne = recommender.answer(
                new RecommendationRequest("u", null, 1, ItemSelection.ALL, true), sequence("a"), NOW);

        assertThat(answered(answer)).isEqualTo(answered(plain));
        for (Recommendation.Item item : answer.items()) {
            List<Recommendation.Because> because = item.because();
            assertThat(because).isNotNull().allSatisfy(past -> {
                assertThat(past.itemId()).isIn("a", "b");
                assertThat(past.weight()).isBetween(Explanation.LEAST_WEIGHT, 1f);
            });
        }
        assertThat(plain.items()).allSatisfy(item -> assertThat(item.because()).isNull());
        assertThat(afterOne.items().getFirst().because()).containsExactly(new Recommendation.Because("a", 1f));
    }

    @Test
    void shouldNameSimilarItemsButTheItemItself() {
        know("a", "b", "c", "d");
        popular("z");

        Answer answer = recommender.similar("a", new ItemListing(2, ItemSelection.ALL));
        Answer only = recommender.similar("a", new ItemListing(2, selection(Set.of(), Set.of("a", "d"))));
        Answer unknown = recommender.similar("x", new ItemListing(2, ItemSelection.ALL));

        assertThat(answered(answer)).hasSize(2).doesNotContain("a");
        assertThat(answer.items().getFirst().score())
                .isBetween(answer.items().getLast().score(), 1f);
        assertThat(answered(only)).containsExactly("d");
        assertThat(unknown.fallback()).isEqualTo(Fallback.NO_KNOWN_ITEMS);
        assertThat(answered(unknown)).containsExactly("z");
    }

    @Test
    void shouldMergeWhatIsPopularInAllPartitions() {
        Popularity first = new Popularity(DAY, 100, 10);
        Popularity second = new Popularity(DAY, 100, 10);
        add(first, "a", NOW, 3);
        add(first, "b", NOW, 2);
        add(second, "b", NOW + DAY, 1);
        add(second, "c", NOW + DAY, 2);
        shared.trending().put(0, first.snapshot(NOW));
        shared.trending().put(1, second.snapshot(NOW));

        Answer trending = recommender.trending(new ItemListing(10, ItemSelection.ALL));

        // Weights one day later: a 1.5, b 1 + 1, c 2, of 5.5 in total; ties are broken by id.
        Map<String, Float> shares = new HashMap<>();
        trending.items().forEach(item -> shares.put(item.itemId(), item.score()));
        assertThat(answered(trending)).containsExactly("b", "c", "a");
        assertThat(shares).isEqualTo(Map.of("a", (float) (1.5 / 5.5), "b", (float) (2 / 5.5), "c", (float) (2 / 5.5)));
        assertThat(trending.fallback()).isNull();
    }

    private void catalogue(String itemId, @Nullable CatalogueItem item) {
        shared.catalogue().put(itemId, item);
        recommender.catalogued(itemId);
    }

    private void configure(Map<String, String> settings) {
        shared = shared(settings);
        recommender = new Recommender(shared, live, "");
    }

    private Recommender.SharedState shared(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("scoring.top.k", "3");
        return Recommender.SharedState.of(FreshetConfig.of(all), registry, clock);
    }

    private void know(String... items) {
        live.open(new ServedModel(TinyModels.model(4, items), 1), "v4");
    }

    /** Sets the popular items, most popular first. */
    private void popular(String... items) {
        Popularity popularity = new Popularity(DAY, 100, 10);
        for (int i = 0; i < items.length; i++) {
            add(popularity, items[i], NOW, items.length == 2 ? 1 : items.length - i);
        }
        shared.trending().put(0, popularity.snapshot(NOW));
    }

    private static void add(Popularity popularity, String item, long timestampMs, int times) {
        for (int i = 0; i < times; i++) {
            popularity.add(item, timestampMs, timestampMs);
        }
    }

    private static ItemSelection selection(Set<String> exclude, @Nullable Set<String> only) {
        return new ItemSelection(exclude, only, Set.of(), 0, 0f);
    }

    private Answer ask(String... history) {
        return ask(ItemSelection.ALL, history);
    }

    private Answer ask(ItemSelection selection, String... history) {
        return recommender.answer(new RecommendationRequest("u", null, 3, selection, false), sequence(history));
    }

    private static List<String> answered(Answer answer) {
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
