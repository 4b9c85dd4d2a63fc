package io.freshet.service.recommend;

import io.freshet.model.search.Scorer;
import io.freshet.service.catalogue.CatalogueItem;
import io.freshet.service.catalogue.CategoryCap;
import io.freshet.service.catalogue.ItemCatalogue;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.RepeatPolicy;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.config.key.VariantKeys;
import io.freshet.service.popularity.Trending;
import io.freshet.service.request.ItemFilter;
import io.freshet.service.request.ItemListing;
import io.freshet.service.request.ItemSelection;
import io.freshet.service.request.RecommendationRequest;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.serving.RowSelection;
import io.freshet.service.serving.ServedModel;
import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.HistoryRows;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.UserSequence;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests for the next items of users and histories, for similar items, and for popular items. Topics and HTTP
 * share one recommender, so that the same request at the same step of the model has the same answer.
 *
 * <p>If the model cannot answer, popular items are returned, through the same filters, with the reason. Thread-safe.
 */
public final class Recommender {
    /** Maximum number of sequences that are answered together. */
    public static final int MOST_AT_ONCE = Scorer.MAX_HISTORIES;

    private static final Duration TRENDING_INTERVAL = Duration.ofMillis(200);

    private final EventTypes types;
    private final RepeatPolicy repeats;
    private final int whyItems;
    private final LiveModel live;
    private final ScoringMetrics metrics;
    private final Clock clock;
    private final String variant;
    private final ItemCatalogue catalogue;
    private final Trending trending;

    /**
     * @param live owned by the caller
     * @param registry receives the metrics
     * @param clock decides which seen items may be recommended again, for requests that do not come from a record
     */
    public Recommender(FreshetConfig config, LiveModel live, MeterRegistry registry, Clock clock) {
        types = config.eventTypes();
        repeats = config.get(RecordKeys.EVENTS_SEEN_RETURN);
        whyItems = config.get(ScoringKeys.WHY_ITEMS);
        this.live = live;
        this.metrics = new ScoringMetrics(registry);
        this.clock = clock;
        variant = config.get(VariantKeys.NAME);
        catalogue = new ItemCatalogue(config.get(RecordKeys.CATALOGUE));
        trending = new Trending(config.get(ScoringKeys.POPULARITY_HALF_LIFE), TRENDING_INTERVAL, clock);
        metrics.watch(catalogue);
    }

    /**
     * Creates a recommender with another model, which shares the catalogue and the popular items that {@code other} reads.
     */
    Recommender(Recommender other, LiveModel live, String variant) {
        types = other.types;
        repeats = other.repeats;
        whyItems = other.whyItems;
        this.live = live;
        this.metrics = other.metrics;
        this.clock = other.clock;
        this.variant = variant;
        catalogue = other.catalogue;
        trending = other.trending;
    }

    /** The model's answer, or the reason why it has none. */
    private record FromModel(
            Recommendation.@Nullable Model model, @Nullable Fallback fallback, List<Recommendation.Item> items) {}

    /**
     * Returns the next items.
     *
     * @param known sequence of the request's user; null if there is none, or if the request gives a history
     */
    public Recommendation answer(RecommendationRequest request, @Nullable UserSequence known) {
        return answer(request, known, clock.millis());
    }

    /**
     * Answers a request for recommendations.
     *
     * @param nowMs time of the request, which decides which seen items may be recommended again
     */
    public Recommendation answer(RecommendationRequest request, @Nullable UserSequence known, long nowMs) {
        List<Interaction> events = events(request, known);
        ItemFilter filter = new ItemFilter(request.selection(), catalogue, seen(events, nowMs));
        return complete(askModel(request, events, filter), filter, request.k());
    }

    /**
     * Returns the next items after each of several sequences, all with the same state of the model. Scores may differ in
     * the last bit from those of a sequence that is answered alone. The time of the newest click decides which seen items
     * may be recommended again, which also works for an old stream that is read again.
     *
     * @param sequences at most {@value #MOST_AT_ONCE}, none of them empty
     */
    public List<Recommendation> answerAll(List<UserSequence> sequences, int k) {
        List<ItemFilter> filters = sequences.stream().map(this::seenAtNewest).toList();
        List<FromModel> said = askModel(sequences, filters, k);
        List<Recommendation> answers = new ArrayList<>(said.size());
        for (int i = 0; i < said.size(); i++) {
            answers.add(complete(said.get(i), filters.get(i), k));
        }
        return answers;
    }

    private ItemFilter seenAtNewest(UserSequence sequence) {
        List<Interaction> events = sequence.interactions();
        return new ItemFilter(
                ItemSelection.ALL, catalogue, seen(events, events.getLast().timestampMs()));
    }

    private Recommendation complete(FromModel said, ItemFilter filter, int k) {
        List<Recommendation.Item> items = said.fallback() == null ? said.items() : popular(filter, k);
        metrics.answered(said.fallback(), filter.selection());
        return new Recommendation(items, said.model(), said.fallback(), variant);
    }

    private static List<Interaction> events(RecommendationRequest request, @Nullable UserSequence known) {
        List<Interaction> history = request.history();
        if (history != null) {
            return history;
        }
        return known == null ? List.of() : known.interactions();
    }

    private Set<String> seen(List<Interaction> events, long nowMs) {
        Set<String> seen = new HashSet<>();
        for (Interaction event : events) {
            if (repeats.hides(event, nowMs)) {
                seen.add(event.itemId());
            }
        }
        return seen;
    }

    private FromModel askModel(RecommendationRequest request, List<Interaction> events, ItemFilter filter) {
        ServedModel model = live.acquire();
        try {
            Recommendation.Model stamp = stamp(model);
            if (events.isEmpty()) {
                return new FromModel(stamp, Fallback.UNKNOWN_USER, List.of());
            }
            if (model == null) {
                return new FromModel(null, Fallback.NO_MODEL, List.of());
            }
            HistoryRows history = history(model, events);
            if (history.size() == 0) {
                return new FromModel(stamp, Fallback.NO_KNOWN_ITEMS, List.of());
            }
            List<Recommendation.Item> items = next(model, history, request, filter);
            return new FromModel(stamp, items.isEmpty() ? Fallback.ALL_FILTERED : null, items);
        } finally {
            live.release();
        }
    }

    private List<FromModel> askModel(List<UserSequence> sequences, List<ItemFilter> filters, int k) {
        ServedModel model = live.acquire();
        try {
            if (model == null) {
                return Collections.nCopies(sequences.size(), new FromModel(null, Fallback.NO_MODEL, List.of()));
            }
            List<ServedModel.Question> questions = new ArrayList<>();
            for (int i = 0; i < sequences.size(); i++) {
                HistoryRows history = history(model, sequences.get(i).interactions());
                questions.add(new ServedModel.Question(history, new RowSelection(model, filters.get(i), k)));
            }
            return tell(model, questions, model.answer(questions, k));
        } finally {
            live.release();
        }
    }

    private List<FromModel> tell(
            ServedModel model, List<ServedModel.Question> questions, List<List<RowSelection.Pick>> picks) {
        Recommendation.Model stamp = stamp(model);
        List<FromModel> said = new ArrayList<>(picks.size());
        for (int i = 0; i < picks.size(); i++) {
            boolean known = questions.get(i).history().size() > 0;
            Fallback fallback = known ? picks.get(i).isEmpty() ? Fallback.ALL_FILTERED : null : Fallback.NO_KNOWN_ITEMS;
            said.add(new FromModel(stamp, fallback, items(model, picks.get(i), null)));
        }
        return said;
    }

    private HistoryRows history(ServedModel model, List<Interaction> events) {
        HistoryRows history = new HistoryRows(types);
        events.forEach(event -> history.add(event, model.rowOf(event.itemId())));
        return history;
    }

    private Recommendation.@Nullable Model stamp(@Nullable ServedModel model) {
        return model == null ? null : new Recommendation.Model(live.version(), model.step());
    }

    private List<Recommendation.Item> next(
            ServedModel model, HistoryRows history, RecommendationRequest request, ItemFilter filter) {
        RowSelection selection = new RowSelection(model, filter, request.k());
        Set<Integer> only = selection.onlyRows();
        List<RowSelection.Pick> picks =
                selection.pickBy(only == null ? amongAll(model, history) : amongFew(model, history, only));
        return items(model, picks, request.why() ? why(model, history, picks) : null);
    }

    private static RowSelection.Search amongAll(ServedModel model, HistoryRows history) {
        return (excluded, count, passing, k) -> model.topK(history.rows(), history.size(), excluded, count, passing, k);
    }

    /** Scores only these few rows. All rows that remain after the exclusions are candidates. */
    private static RowSelection.Search amongFew(ServedModel model, HistoryRows history, Set<Integer> few) {
        return (excluded, count, passing, k) -> {
            for (int i = 0; i < count; i++) {
                few.remove(excluded[i]);
            }
            int[] left =
                    few.stream().mapToInt(row -> row).filter(passing::passes).toArray();
            return model.topKOf(history.rows(), history.size(), left, k);
        };
    }

    private List<List<Recommendation.Because>> why(
            ServedModel model, HistoryRows history, List<RowSelection.Pick> picks) {
        int[] rows = picks.stream().mapToInt(RowSelection.Pick::row).toArray();
        return rows.length == 0 ? List.of() : Explanation.of(model, history, rows, whyItems);
    }

    private static List<Recommendation.Item> items(
            ServedModel model, List<RowSelection.Pick> picks, @Nullable List<List<Recommendation.Because>> reasons) {
        List<Recommendation.Item> items = new ArrayList<>(picks.size());
        for (int i = 0; i < picks.size(); i++) {
            RowSelection.Pick pick = picks.get(i);
            items.add(new Recommendation.Item(
                    model.itemAt(pick.row()), pick.score(), reasons == null ? null : reasons.get(i)));
        }
        return items;
    }

    private List<Recommendation.Item> popular(ItemFilter filter, int k) {
        CategoryCap cap = new CategoryCap(filter.selection().maxPerCategory());
        List<Recommendation.Item> items = new ArrayList<>();
        for (Trending.Item item : trending.items()) {
            if (items.size() == k || item.score() < filter.selection().minScore()) {
                break;
            }
            if (filter.passes(item.itemId()) && cap.take(catalogue.of(item.itemId()))) {
                items.add(new Recommendation.Item(item.itemId(), item.score(), null));
            }
        }
        return items;
    }

    /**
     * Returns the items with the most similar vectors, with the cosines as scores. The item itself is not returned.
     * Returns popular items if there is no model, if the model does not know the item, or if no similar item passes the
     * filters.
     */
    public Recommendation similar(String itemId, ItemListing listing) {
        ItemFilter filter = new ItemFilter(listing.selection(), catalogue, Set.of(itemId));
        FromModel said = askSimilar(itemId, listing.k(), filter);
        List<Recommendation.Item> items = said.fallback() == null ? said.items() : popular(filter, listing.k());
        return new Recommendation(items, said.model(), said.fallback(), variant);
    }

    private FromModel askSimilar(String itemId, int k, ItemFilter filter) {
        ServedModel model = live.acquire();
        try {
            if (model == null) {
                return new FromModel(null, Fallback.NO_MODEL, List.of());
            }
            int row = model.rowOf(itemId);
            if (row < 0) {
                return new FromModel(stamp(model), Fallback.NO_KNOWN_ITEMS, List.of());
            }
            List<Recommendation.Item> items = items(model, similar(model, row, k, filter), null);
            return new FromModel(stamp(model), items.isEmpty() ? Fallback.ALL_FILTERED : null, items);
        } finally {
            live.release();
        }
    }

    private static List<RowSelection.Pick> similar(ServedModel model, int row, int k, ItemFilter filter) {
        RowSelection selection = new RowSelection(model, filter, k);
        Set<Integer> only = selection.onlyRows();
        return selection.pickBy((excluded, count, passing, depth) -> {
            Set<Integer> without = new HashSet<>();
            for (int i = 0; i < count; i++) {
                without.add(excluded[i]);
            }
            return model.similar(
                    row,
                    other ->
                            passing.passes(other) && !without.contains(other) && (only == null || only.contains(other)),
                    depth);
        });
    }

    /** Returns the popular items, each with its share of the time-decayed clicks as its score. */
    public Recommendation trending(ItemListing listing) {
        List<Recommendation.Item> items =
                popular(new ItemFilter(listing.selection(), catalogue, Set.of()), listing.k());
        return new Recommendation(items, null, null, variant);
    }

    /** Sets the catalogue entry of an item; null removes it. Called by one thread. */
    void catalogue(String itemId, @Nullable CatalogueItem item) {
        catalogue.put(itemId, item);
        catalogued(itemId);
    }

    /** Passes the catalogue entry of an item to the model. Called by one thread. */
    void catalogued(String itemId) {
        live.catalogued(itemId, catalogue.of(itemId));
    }

    public ScoringMetrics metrics() {
        return metrics;
    }

    /** Returns the popular items of all partitions. */
    public Trending trending() {
        return trending;
    }
}
