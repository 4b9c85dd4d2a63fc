package io.freshet.service.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.client.item.CatalogueItem;
import io.freshet.client.recommendation.Fallback;
import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.request.ItemSelection;
import io.freshet.client.request.RecommendationRequest;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.popularity.Popularity;
import io.freshet.service.scoring.AdvancingClock;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.serving.ServedModel;
import io.freshet.service.serving.TinyModels;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.UserSequence;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests answers from a model that knows tea-0 to tea-9 of a catalogue that also has new-0 to new-9, all in "tea". */
final class ExplorationTest {
    private static final long NOW = 1_700_000_000_000L;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LiveModel live = new LiveModel(new AdvancingClock(), registry);
    private Recommender.SharedState shared = shared(.5);

    @BeforeEach
    void openModel() {
        live.open(new ServedModel(TinyModels.model(4, names("tea-", 10)), 1), "v4");
        fillCatalogue();
    }

    private void fillCatalogue() {
        for (int i = 0; i < 10; i++) {
            put("tea-" + i, "tea", "shop");
            put("new-" + i, "tea", "shop");
            put("coat-" + i, "coats", "shop");
        }
    }

    private void fillCatalogueFromTheEnd() {
        for (int i = 9; i >= 0; i--) {
            put("coat-" + i, "coats", "shop");
            put("new-" + i, "tea", "shop");
            put("tea-" + i, "tea", "shop");
        }
    }

    @AfterEach
    void closeModel() {
        live.close();
    }

    @Test
    void shouldGiveTheLastPlacesToItemsThatNobodyHasClicked() {
        List<String> usual = ids(with(0).answer(request(4, ItemSelection.ALL), sequence(1)));

        Answer answer = with(.5).answer(request(4, ItemSelection.ALL), sequence(1));

        assertThat(ids(answer).subList(0, 2)).isEqualTo(usual.subList(0, 2));
        assertThat(answer.items()).hasSize(4).last().satisfies(item -> {
            assertThat(item.itemId()).matches("(new|coat)-\\d");
            assertThat(item.score()).isZero();
        });
        assertThat(usual).allMatch(item -> item.startsWith("tea-"));
        assertThat(registry.get("freshet.recommendations.explored").counter().count())
                .isEqualTo(2);
    }

    @Test
    void shouldPreferTheCategoriesOfTheOtherItems() {
        int tea = 0;
        for (int user = 0; user < 100; user++) {
            Answer answer = with(.25).answer(request(4, ItemSelection.ALL), sequence(user));
            tea += ids(answer).getLast().startsWith("new-") ? 1 : 0;
        }

        assertThat(tea)
                .as("tea is rarer than shop, and all other items are tea")
                .isEqualTo(100);
    }

    @Test
    void shouldAnswerTheSameHistoryWithTheSameItemsAndOthersWithOthers() {
        Set<String> all = new HashSet<>();
        for (int user = 0; user < 200; user++) {
            List<String> first = ids(with(.25).answer(request(4, ItemSelection.ALL), sequence(user)));
            shared = shared(.25);
            put("new-0", false, "coats"); // and again, as it was, below
            fillCatalogueFromTheEnd();
            List<String> second = ids(new Recommender(shared, live, "")
                    .answerAll(List.of(sequence(user)), 4)
                    .getFirst());
            assertThat(second).isEqualTo(first);
            all.add(first.getLast());
        }

        assertThat(all).hasSizeGreaterThan(6);
    }

    @Test
    void shouldGiveTheConfiguredShareOfPlacesOnAverage() {
        int found = 0;
        for (int user = 0; user < 1_000; user++) {
            Answer answer = with(.15).answer(request(5, ItemSelection.ALL), sequence(user));
            int ofAnswer = (int)
                    ids(answer).stream().filter(item -> item.startsWith("new-")).count();
            assertThat(ofAnswer).isBetween(0, 1);
            found += ofAnswer;
        }

        assertThat(found / 5_000.0).isCloseTo(.15, within(.01));
    }

    @Test
    void shouldMeetTheConditionsOfTheRequest() {
        ItemSelection ofTea = new ItemSelection(Set.of("new-1", "new-2"), null, Set.of("tea"), 0, 0f);
        ItemSelection capped = new ItemSelection(Set.of(), null, Set.of(), 1, 0f);
        ItemSelection coats = new ItemSelection(Set.of(), null, Set.of("coats"), 0, 0f);
        ItemSelection only = new ItemSelection(Set.of(), Set.of("tea-1", "tea-2", "new-1"), Set.of(), 0, 0f);
        ItemSelection scored = new ItemSelection(Set.of(), null, Set.of(), 0, .001f);
        UserSequence seen = new UserSequence(List.of(event("tea-0", 0), event("new-3", 1)));

        Recommender recommender = with(1);
        put("new-0", false, "tea");

        assertThat(ids(recommender.answer(request(20, ofTea), seen)))
                .containsExactlyInAnyOrder(
                        "new-4", "new-5", "new-6", "new-7", "new-8", "new-9", "tea-1", "tea-2", "tea-3", "tea-4",
                        "tea-5", "tea-6", "tea-7", "tea-8", "tea-9");
        assertThat(ids(with(1).answer(request(20, capped), sequence(1))))
                .as("one item of the category shop")
                .hasSize(1);
        assertThat(ids(with(1).answer(request(1, capped), sequence(1))).getFirst())
                .as("the item that it replaces does not count")
                .startsWith("new-");
        assertThat(ids(with(.5).answer(request(4, coats), sequence(1))))
                .as("a category without an item that the model knows")
                .hasSize(2)
                .allMatch(item -> item.startsWith("coat-"));
        assertThat(ids(with(1).answer(request(20, only), seen))).containsExactlyInAnyOrder("tea-1", "tea-2");
        assertThat(ids(with(1).answer(request(20, scored), seen))).allMatch(item -> item.startsWith("tea-"));
    }

    @Test
    void shouldLeaveAnItemToTheModelOnceTheModelKnowsIt() {
        List<String> known = new ArrayList<>(List.of(names("tea-", 10)));
        known.addAll(List.of(names("new-", 10)));
        live.open(new ServedModel(TinyModels.model(5, known.toArray(String[]::new)), 1), "v5");

        Answer answer =
                with(.5).answer(request(4, new ItemSelection(Set.of(), null, Set.of("tea"), 0, 0f)), sequence(1));

        assertThat(answer.items()).hasSize(4).allMatch(item -> item.score() > 0);
    }

    @Test
    void shouldAlsoGivePlacesBesidePopularItems() {
        Popularity popularity = new Popularity(86_400_000, 100, 10);
        popularity.add("tea-3", NOW, NOW);
        Recommender recommender = with(.5);
        shared.trending().put(0, popularity.snapshot(NOW));

        Answer answer = recommender.answer(request(2, ItemSelection.ALL), new UserSequence(List.of(event("odd", 0))));

        assertThat(answer.fallback()).isEqualTo(Fallback.NO_KNOWN_ITEMS);
        assertThat(ids(answer)).hasSize(2).startsWith("tea-3");
        assertThat(ids(answer).getLast()).startsWith("new-");
    }

    @Test
    void shouldGiveNoReasonsForNewItems() {
        Answer answer = with(.5).answer(new RecommendationRequest("u", null, 2, ItemSelection.ALL, true), sequence(1));

        assertThat(answer.items().getLast().because()).isEmpty();
    }

    @Test
    void shouldChooseTheItemsWhoseTitlesFitTheHistory() {
        openModelOfColours();

        for (int user = 0; user < 40; user++) {
            String colour = user % 2 == 0 ? "red" : "blue";
            Recommender recommender = with(.5);
            titles("red", "blue");
            recommender.fitContents();

            List<String> newItems = ids(recommender.answer(request(4, ItemSelection.ALL), sequence(colour, user)))
                    .subList(2, 4);

            assertThat(newItems).as(colour).allMatch(item -> item.startsWith("new-"));
            assertThat(newItems)
                    .as(colour)
                    .allMatch(item -> colour(item).equals(colour))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void shouldAnswerAsWithoutTitlesIfTitlesExplainNothing() {
        openModelOfColours();

        for (int user = 0; user < 20; user++) {
            Recommender recommender = with(.5);
            titles(null, null);
            List<String> untitled = ids(recommender.answer(request(4, ItemSelection.ALL), sequence("red", user)));

            titles("same", "same");
            recommender.fitContents();

            assertThat(ids(recommender.answer(request(4, ItemSelection.ALL), sequence("red", user))))
                    .isEqualTo(untitled);
        }
    }

    /** Opens a model that knows 100 items of category "tea". The vectors of red and blue ones are opposite, and long. */
    private void openModelOfColours() {
        String[] known = names("tea-", 100);
        RecommenderModel model = TinyModels.model(5, known);
        for (String item : known) {
            int row = model.vocabulary().rowOf(item);
            for (int c = 0; c < model.dim(); c++) {
                float number = (c % 2 == 0 ? 8 : -8) * (colour(item).equals("red") ? 1 : -1);
                model.items()
                        .memory(row)
                        .set(
                                ValueLayout.JAVA_FLOAT_UNALIGNED,
                                model.items().at(row) + (long) c * Float.BYTES,
                                number + ((row + c) % 7 - 3) / 4f);
            }
        }
        live.open(new ServedModel(model, 1), "v5");
    }

    /** Gives the items titles with the word of their colour and a number of their own; no titles if the word is null. */
    private void titles(@Nullable String red, @Nullable String blue) {
        for (int i = 0; i < 100; i++) {
            for (String item : i < 10 ? List.of("tea-" + i, "new-" + i) : List.of("tea-" + i)) {
                String word = colour(item).equals("red") ? red : blue;
                String title = word == null ? null : word + " cup " + i;
                shared.catalogue().put(item, new CatalogueItem(List.of("tea", "shop"), true, title, List.of()));
            }
        }
    }

    /** Red are items with odd numbers below 50 and with even ones from 50 on. */
    private static String colour(String item) {
        int number = Integer.parseInt(item.substring(item.indexOf('-') + 1));
        return number % 2 == 1 == number < 50 ? "red" : "blue";
    }

    /** Returns a history of two known items of a colour. */
    private static UserSequence sequence(String colour, int user) {
        int number = 10 + user % 15 * 2 + (colour.equals("red") ? 1 : 0);
        return new UserSequence(List.of(event("tea-" + number, user), event("tea-" + (number + 2), user + 1)));
    }

    private Recommender with(double share) {
        shared = shared(share);
        fillCatalogue();
        return new Recommender(shared, live, "");
    }

    private Recommender.SharedState shared(double share) {
        return Recommender.SharedState.of(
                FreshetConfig.of(Map.of("items.catalogue", "filter", "explore.share", Double.toString(share))),
                registry,
                new AdvancingClock());
    }

    private void put(String item, String... categories) {
        put(item, true, categories);
    }

    private void put(String item, boolean available, String... categories) {
        shared.catalogue().put(item, new CatalogueItem(List.of(categories), available));
    }

    private static String[] names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toArray(String[]::new);
    }

    private static RecommendationRequest request(int k, ItemSelection selection) {
        return new RecommendationRequest("u", null, k, selection, false);
    }

    private static UserSequence sequence(int user) {
        return new UserSequence(List.of(event("tea-" + user % 10, user)));
    }

    private static Interaction event(String item, int time) {
        return new Interaction(item, NOW + time, null, Interaction.NO_EVENT_ID);
    }

    private static List<String> ids(Answer answer) {
        return answer.items().stream().map(Recommendation.Item::itemId).toList();
    }
}
