package io.freshet.service.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.item.CatalogueItem;
import io.freshet.client.recommendation.Fallback;
import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.request.ItemSelection;
import io.freshet.client.request.RecommendationRequest;
import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.cooccurrence.CooccurrenceScores;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.search.Scorer;
import io.freshet.model.search.TopKResults;
import io.freshet.model.tensor.RowTable;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.Repeats;
import io.freshet.service.popularity.Popularity;
import io.freshet.service.scoring.AdvancingClock;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.serving.ServedModel;
import io.freshet.service.serving.TinyModels;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.store.sequence.UserSequence;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/**
 * Compares answers with a reference that looks at one item after the other. Only the probability of each item comes from
 * the scorer, which is asked for all items and has a separate reference test.
 */
class RecommenderProperties {
    private static final String[] EVENT_TYPES = {"view", "buy", "shown", "dislike"};
    private static final String[] CATEGORIES = {"red", "green", "blue"};
    private static final long HALF_LIFE_MS = 1_000;
    private static final long NOW = 50_000;

    @Property(tries = 400)
    void shouldAnswerWithTheSameItemsInTheSameOrderAsANaiveSearch(
            @ForAll @IntRange(max = 60) int items,
            @ForAll boolean hasModel,
            @ForAll boolean catalogued,
            @ForAll @IntRange(min = 1, max = 15) int k,
            @ForAll long seed) {
        try (Shop shop = new Shop(items, hasModel || seed % 3 != 0, catalogued, new Random(seed))) {
            for (int i = 0; i < 4; i++) {
                shop.holdToNaiveSearch(k);
            }
        }
    }

    /** A model, a catalogue, popular items, and questions about them. */
    private static final class Shop implements AutoCloseable {
        private final Random random;
        private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
        private final LiveModel live = new LiveModel(new AdvancingClock(), registry);
        private final RepeatPolicy repeats;
        private final boolean isLearned;
        private final Recommender.SharedState shared;
        private final Recommender recommender;
        private final @Nullable RecommenderModel model;
        private final int items;
        private final @Nullable Map<String, CatalogueItem> catalogue;
        private final Map<String, Double> popularity = new TreeMap<>();

        Shop(int items, boolean hasModel, boolean catalogued, Random random) {
            this.items = items;
            this.random = random;
            boolean someReturn = random.nextBoolean();
            List<Repeats> all = List.of(Repeats.values());
            Repeats allowed = all.get(random.nextInt(all.size()));
            Map<String, Long> after = new HashMap<>();
            if (allowed != Repeats.NEVER) {
                after.putAll(Map.of("shown", RepeatPolicy.NEVER, "dislike", RepeatPolicy.NEVER));
            }
            if (someReturn) {
                after.putAll(Map.of("view", 20_000L, "buy", 40_000L, "shown", 0L));
            }
            repeats = new RepeatPolicy(after, allowed == Repeats.NEVER ? RepeatPolicy.NEVER : 0);
            isLearned = allowed == Repeats.LEARNED;
            FreshetConfig config = FreshetConfig.of(Map.of(
                    "recommend.repeats",
                    allowed.name().toLowerCase(Locale.ROOT),
                    "events.filter.only",
                    "shown",
                    "events.negative",
                    "dislike",
                    "events.seen.return.ms",
                    someReturn ? "view=20000,buy=40000,shown=0" : "",
                    "items.catalogue",
                    catalogued ? "filter" : "off",
                    "scoring.popularity.half.life.ms",
                    Long.toString(HALF_LIFE_MS)));
            shared = Recommender.SharedState.of(config, registry, new AdvancingClock());
            recommender = new Recommender(shared, live, "");
            model = hasModel ? model() : null;
            catalogue = catalogued ? new HashMap<>() : null;
            fillCatalogue(catalogue);
            countClicks();
            if (model != null) {
                live.open(new ServedModel(model, 1), "v");
            }
        }

        /** Returns a model in which about every third item has the vector of another, so that some are equally probable. */
        private RecommenderModel model() {
            RecommenderModel made = RecommenderModel.initial(TinyModels.CONFIG, CooccurrenceConfig.DEFAULT);
            RowTable vectors = made.items();
            for (int i = 0; i < items; i++) {
                int row = made.addIfAbsent(item(i));
                if (i > 0 && random.nextInt(3) == 0) {
                    int other = random.nextInt(i);
                    MemorySegment.copy(
                            vectors.memory(other),
                            vectors.at(other),
                            vectors.memory(row),
                            vectors.at(row),
                            vectors.rowBytes());
                }
            }
            observeClicks(made);
            return made;
        }

        private void observeClicks(RecommenderModel made) {
            int known = Math.max(1, items / 2);
            int clicks = items == 0 ? 0 : random.nextInt(60);
            CooccurrenceScores expectations = new CooccurrenceScores();
            for (int click = 0; click < clicks; click++) {
                int[] history = random.ints(1 + random.nextInt(4), 0, known).toArray();
                int item = random.nextInt(known);
                made.memory().expect(history, 0, history.length, item, expectations);
                made.memory().observe(history, 0, history.length, item);
            }
            made.memory()
                    .learn(
                            expectations,
                            random.doubles(clicks, 0, .05).toArray(),
                            random.doubles(clicks, -2, 2.3).toArray(),
                            random.doubles(clicks == 0 ? 0 : expectations.end(clicks - 1), 0, .2)
                                    .toArray());
        }

        private static String item(int i) {
            return "item-" + i;
        }

        /** Returns a random item, possibly one that the model does not know. */
        private String anyItem() {
            return item(random.nextInt(items + 5));
        }

        private void fillCatalogue(@Nullable Map<String, CatalogueItem> into) {
            for (int i = 0; into != null && i < 3 * items; i++) {
                String item = anyItem();
                CatalogueItem entry =
                        random.nextInt(6) == 0 ? null : new CatalogueItem(categories(3), random.nextInt(6) > 0);
                shared.catalogue().put(item, entry);
                recommender.catalogued(item);
                into.remove(item);
                if (entry != null) {
                    into.put(item, entry);
                }
            }
        }

        private List<String> categories(int most) {
            Set<String> categories = new HashSet<>();
            for (int i = random.nextInt(most + 1); i > 0; i--) {
                categories.add(CATEGORIES[random.nextInt(CATEGORIES.length)]);
            }
            return List.copyOf(categories);
        }

        /** Counts clicks at multiples of the half-life, so that sums of weights are exact and ties are exact. */
        private void countClicks() {
            for (int partition = 0; partition < 2; partition++) {
                Popularity counted = new Popularity(HALF_LIFE_MS, 2_000, 1_000);
                for (int i = random.nextInt(40); i > 0; i--) {
                    int age = random.nextInt(4);
                    String item = anyItem();
                    counted.add(item, NOW - age * HALF_LIFE_MS, NOW);
                    popularity.merge(item, Math.pow(2, -age), Double::sum);
                }
                shared.trending().put(partition, counted.snapshot(NOW));
            }
        }

        void holdToNaiveSearch(int k) {
            List<Interaction> events = events();
            RecommendationRequest request = new RecommendationRequest("u", null, k, selection(), false);

            Answer answer = recommender.answer(request, events.isEmpty() ? null : new UserSequence(events), NOW);

            Naive naive = naive(request, events);
            assertThat(answer.fallback()).isEqualTo(naive.fallback());
            assertThat(answer.items()).isEqualTo(naive.items());
        }

        private List<Interaction> events() {
            List<Interaction> events = new ArrayList<>();
            for (int i = random.nextInt(10); i > 0; i--) {
                String type = EVENT_TYPES[random.nextInt(EVENT_TYPES.length)];
                events.add(
                        new Interaction(anyItem(), random.nextInt((int) NOW), random.nextInt(4) == 0 ? null : type, 0));
            }
            events.sort(Comparator.comparingLong(Interaction::timestampMs));
            return events;
        }

        private ItemSelection selection() {
            Set<String> only = random.nextInt(3) > 0 ? null : someItems();
            boolean byCategory = catalogue != null;
            return new ItemSelection(
                    random.nextBoolean() ? Set.of() : someItems(),
                    only,
                    byCategory && random.nextInt(3) == 0 ? Set.copyOf(categories(2)) : Set.of(),
                    byCategory && random.nextBoolean() ? 1 + random.nextInt(4) : 0,
                    random.nextInt(4) > 0 ? 0f : random.nextFloat() * .05f);
        }

        private Set<String> someItems() {
            Set<String> some = new HashSet<>();
            for (int i = random.nextInt(items + 3); i >= 0; i--) {
                some.add(anyItem());
            }
            return some;
        }

        /** Expected answer. */
        private record Naive(@Nullable Fallback fallback, List<Recommendation.Item> items) {}

        private Naive naive(RecommendationRequest request, List<Interaction> events) {
            Set<String> seen = events.stream()
                    .filter(event -> repeats.hides(event, NOW))
                    .map(Interaction::itemId)
                    .collect(Collectors.toSet());
            Fallback fallback = events.isEmpty() ? Fallback.UNKNOWN_USER : model == null ? Fallback.NO_MODEL : null;
            if (fallback == null) {
                int[] history = history(events);
                List<Recommendation.Item> chosen =
                        history.length == 0 ? List.of() : choose(probable(history), request, seen);
                if (!chosen.isEmpty()) {
                    return new Naive(null, chosen);
                }
                fallback = history.length == 0 ? Fallback.NO_KNOWN_ITEMS : Fallback.ALL_FILTERED;
            }
            return new Naive(fallback, choose(popular(), request, seen));
        }

        private int rowOf(String item) {
            int row = Integer.parseInt(item.substring("item-".length()));
            return row < items ? row : -1;
        }

        /**
         * Returns the history, without events of a type that only marks, and without events followed by a dislike of their
         * item.
         */
        private int[] history(List<Interaction> events) {
            return IntStream.range(0, events.size())
                    .filter(i -> !"shown".equals(events.get(i).eventType())
                            && events.subList(i, events.size()).stream()
                                    .noneMatch(later -> "dislike".equals(later.eventType())
                                            && later.itemId()
                                                    .equals(events.get(i).itemId())))
                    .map(i -> rowOf(events.get(i).itemId()))
                    .filter(row -> row >= 0)
                    .toArray();
        }

        /** Returns all items of the model, most probable first, ties by row. */
        private List<Recommendation.Item> probable(int[] history) {
            RecommenderModel known = Objects.requireNonNull(model);
            try (Scorer scorer = new Scorer(known.config())) {
                TopKResults answers = new TopKResults();
                scorer.clear();
                scorer.add(known, history, history.length, new int[0], 0);
                scorer.answer(known, null, Math.max(1, items), isLearned, answers);
                assertThat(answers.size(0)).isEqualTo(items);
                return IntStream.range(0, items)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer i) -> -answers.probability(0, i))
                                .thenComparingInt(i -> answers.row(0, i)))
                        .map(i -> new Recommendation.Item(item(answers.row(0, i)), answers.probability(0, i), null))
                        .toList();
            }
        }

        private List<Recommendation.Item> popular() {
            double all =
                    popularity.values().stream().mapToDouble(weight -> weight).sum();
            return popularity.entrySet().stream()
                    .sorted(Comparator.comparingDouble((Map.Entry<String, Double> item) -> -item.getValue())
                            .thenComparing(Map.Entry::getKey))
                    .map(item -> new Recommendation.Item(item.getKey(), (float) (item.getValue() / all), null))
                    .toList();
        }

        /** Goes through items in order and picks the allowed ones. */
        private List<Recommendation.Item> choose(
                List<Recommendation.Item> ordered, RecommendationRequest request, Set<String> seen) {
            ItemSelection selection = request.selection();
            Map<String, Integer> taken = new HashMap<>();
            List<Recommendation.Item> chosen = new ArrayList<>();
            for (Recommendation.Item item : ordered) {
                List<String> categories = categoriesOf(item.itemId());
                boolean passes = mayComeBack(item, selection, seen)
                        && (selection.maxPerCategory() == 0
                                || categories.stream()
                                        .allMatch(category ->
                                                taken.getOrDefault(category, 0) < selection.maxPerCategory()));
                if (passes && chosen.size() < request.k()) {
                    chosen.add(item);
                    categories.forEach(category -> taken.merge(category, 1, Integer::sum));
                }
            }
            return chosen;
        }

        private boolean mayComeBack(Recommendation.Item item, ItemSelection selection, Set<String> seen) {
            String id = item.itemId();
            Set<String> only = selection.includeOnly();
            return !seen.contains(id)
                    && !selection.exclude().contains(id)
                    && (only == null || only.contains(id))
                    && item.score() >= selection.minScore()
                    && (catalogue == null || isAvailable(id))
                    && (selection.categories().isEmpty()
                            || categoriesOf(id).stream().anyMatch(selection.categories()::contains));
        }

        private boolean isAvailable(String id) {
            CatalogueItem entry = catalogue == null ? null : catalogue.get(id);
            return entry != null && entry.available();
        }

        private List<String> categoriesOf(String id) {
            CatalogueItem entry = catalogue == null ? null : catalogue.get(id);
            return entry == null ? List.of() : entry.categories();
        }

        @Override
        public void close() {
            live.close();
        }
    }
}
