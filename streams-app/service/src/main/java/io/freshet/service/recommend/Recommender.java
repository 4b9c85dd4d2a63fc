package io.freshet.service.recommend;

import io.freshet.client.recommendation.Fallback;
import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.request.ItemSelection;
import io.freshet.client.request.RecommendationRequest;
import io.freshet.model.search.Scorer;
import io.freshet.service.catalogue.CategoryCap;
import io.freshet.service.catalogue.ItemCatalogue;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.Repeats;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.popularity.Trending;
import io.freshet.service.request.ItemFilter;
import io.freshet.service.request.ItemListing;
import io.freshet.service.serving.ContentMapper;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.serving.RowSelection;
import io.freshet.service.serving.ScoredRow;
import io.freshet.service.serving.ServedModel;
import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.HistoryRows;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.store.sequence.UserSequence;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
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

    private final SharedState shared;
    private final LiveModel live;
    private final String variant;

    /**
     * What all recommenders of a process share. Thread-safe.
     *
     * @param repeats which seen items may be recommended again
     * @param weighsRepeats whether items of a history have the probability of a repeat that the model has learned
     * @param whyItems how many of the newest items of a history are tested as reasons of an answer
     * @param trending the popular items of all partitions
     * @param exploration gives places of answers to items that no user has clicked
     * @param clock decides which seen items may be recommended again, for requests that do not come from a record
     */
    public record SharedState(
            EventTypes types,
            RepeatPolicy repeats,
            boolean weighsRepeats,
            int whyItems,
            ItemCatalogue catalogue,
            Trending trending,
            ScoringMetrics metrics,
            Exploration exploration,
            Clock clock) {
        /**
         * Creates the state from the configuration.
         *
         * @param registry receives the metrics
         */
        public static SharedState of(FreshetConfig config, MeterRegistry registry, Clock clock) {
            ScoringMetrics metrics = new ScoringMetrics(registry);
            Exploration exploration = new Exploration(
                    config.get(ScoringKeys.EXPLORE_SHARE), config.get(RecordKeys.CATALOGUE), config.eventTypes());
            metrics.watch(exploration.catalogue(), exploration.contents());
            return new SharedState(
                    config.eventTypes(),
                    config.repeats(),
                    config.get(ScoringKeys.REPEATS) == Repeats.LEARNED,
                    config.get(ScoringKeys.WHY_ITEMS),
                    exploration.catalogue(),
                    new Trending(config.get(ScoringKeys.POPULARITY_HALF_LIFE), TRENDING_INTERVAL, clock),
                    metrics,
                    exploration,
                    clock);
        }

        /** Returns whether the titles and embeddings of the catalogue are used. */
        public boolean usesContents() {
            return exploration.isOn();
        }
    }

    /**
     * Creates the recommender of a variant.
     *
     * @param live the variant's model; owned by the caller
     * @param variant name of the variant, which answers carry
     */
    public Recommender(SharedState shared, LiveModel live, String variant) {
        this.shared = shared;
        this.live = live;
        this.variant = variant;
    }

    /** A question: what the user did, which items are allowed, how many are wanted, and whether to say why. */
    private record Question(List<Interaction> events, ItemFilter filter, int k, boolean why) {}

    /**
     * Returns the next items.
     *
     * @param known sequence of the request's user; null if there is none, or if the request gives a history
     */
    public Answer answer(RecommendationRequest request, @Nullable UserSequence known) {
        return answer(request, known, shared.clock().millis());
    }

    /**
     * Answers a request for recommendations.
     *
     * @param nowMs time of the request, which decides which seen items may be recommended again
     */
    public Answer answer(RecommendationRequest request, @Nullable UserSequence known, long nowMs) {
        List<Interaction> events = events(request, known);
        ItemFilter filter = new ItemFilter(request.selection(), shared.catalogue(), seen(events, nowMs));
        return answerAll(List.of(new Question(events, filter, request.k(), request.why())))
                .getFirst();
    }

    /**
     * Returns the next items after each of several sequences, all with the same state of the model. Scores may differ in
     * the last bit from those of a sequence that is answered alone. The time of the newest click decides which seen items
     * may be recommended again, which also works for an old stream that is read again.
     *
     * @param sequences at most {@value #MOST_AT_ONCE}, none of them empty
     */
    public List<Answer> answerAll(List<UserSequence> sequences, int k) {
        List<Question> questions = new ArrayList<>(sequences.size());
        for (UserSequence sequence : sequences) {
            List<Interaction> events = sequence.interactions();
            Set<String> seen = seen(events, events.getLast().timestampMs());
            questions.add(new Question(events, new ItemFilter(ItemSelection.ALL, shared.catalogue(), seen), k, false));
        }
        return answerAll(questions);
    }

    private List<Answer> answerAll(List<Question> questions) {
        List<Answer> answers = new ArrayList<>(askModel(questions));
        for (int i = 0; i < answers.size(); i++) {
            Question question = questions.get(i);
            answers.set(i, orPopular(answers.get(i), question.filter(), question.k()));
        }
        if (shared.exploration().isOn()) {
            explore(questions, answers);
        }
        for (int i = 0; i < answers.size(); i++) {
            shared.metrics()
                    .answered(
                            answers.get(i).fallback(), questions.get(i).filter().selection());
        }
        return answers;
    }

    private void explore(List<Question> questions, List<Answer> answers) {
        ServedModel model = live.acquire();
        try {
            if (model != null) {
                for (int i = 0; i < answers.size(); i++) {
                    answers.set(i, withNewItems(answers.get(i), questions.get(i), model));
                }
            }
        } finally {
            live.release();
        }
    }

    private Answer withNewItems(Answer answer, Question question, ServedModel model) {
        Exploration.Mixed mixed =
                shared.exploration().mix(answer.items(), question.k(), question.events(), question.filter(), model);
        if (mixed.newItems().isEmpty()) {
            return answer;
        }
        shared.metrics().explored(mixed.newItems().size());
        List<Recommendation.Item> items = new ArrayList<>(mixed.kept());
        boolean hasReasons = question.why() && answer.fallback() == null;
        for (String itemId : mixed.newItems()) {
            items.add(new Recommendation.Item(itemId, 0, hasReasons ? List.of() : null));
        }
        return new Answer(items, answer.model(), answer.fallback(), variant);
    }

    private Answer orPopular(Answer answer, ItemFilter filter, int k) {
        return answer.fallback() == null
                ? answer
                : new Answer(popular(filter, k), answer.model(), answer.fallback(), variant);
    }

    private static List<Interaction> events(RecommendationRequest request, @Nullable UserSequence known) {
        List<RecommendationRequest.Event> history = request.history();
        if (history != null) {
            return history.stream()
                    .map(event -> new Interaction(
                            event.itemId(), event.timestampMs(), event.eventType(), Interaction.NO_EVENT_ID))
                    .toList();
        }
        return known == null ? List.of() : known.interactions();
    }

    private Set<String> seen(List<Interaction> events, long nowMs) {
        Set<String> seen = new HashSet<>();
        for (Interaction event : events) {
            if (shared.repeats().hides(event, nowMs)) {
                seen.add(event.itemId());
            }
        }
        return seen;
    }

    /** Returns the model's answers, without items where it has none. */
    private List<Answer> askModel(List<Question> questions) {
        ServedModel model = live.acquire();
        try {
            if (model == null) {
                return questions.stream()
                        .map(question ->
                                none(question.events().isEmpty() ? Fallback.UNKNOWN_USER : Fallback.NO_MODEL, null))
                        .toList();
            }
            return ask(model, questions);
        } finally {
            live.release();
        }
    }

    private List<Answer> ask(ServedModel model, List<Question> questions) {
        List<ServedModel.Question> asked = new ArrayList<>(questions.size());
        for (Question question : questions) {
            HistoryRows history = new HistoryRows(shared.types());
            question.events().forEach(event -> history.add(event, model.rowOf(event.itemId())));
            asked.add(new ServedModel.Question(history, new RowSelection(model, question.filter(), question.k())));
        }
        model.answer(asked, shared.weighsRepeats());
        List<Answer> answers = new ArrayList<>(asked.size());
        for (int i = 0; i < asked.size(); i++) {
            answers.add(answerOf(model, questions.get(i), asked.get(i)));
        }
        return answers;
    }

    private Answer answerOf(ServedModel model, Question question, ServedModel.Question asked) {
        List<ScoredRow> rows = asked.selection().chosen();
        if (question.events().isEmpty()) {
            return none(Fallback.UNKNOWN_USER, model);
        }
        if (asked.history().size() == 0) {
            return none(Fallback.NO_KNOWN_ITEMS, model);
        }
        return answer(model, rows, question.why() ? reasons(model, asked.history(), rows) : null);
    }

    private List<List<Recommendation.Because>> reasons(ServedModel model, HistoryRows history, List<ScoredRow> rows) {
        return Explanation.of(model, history, rows, shared.whyItems(), shared.weighsRepeats());
    }

    private Answer none(Fallback reason, @Nullable ServedModel model) {
        return new Answer(List.of(), model == null ? null : stamp(model), reason, variant);
    }

    private Answer answer(
            ServedModel model, List<ScoredRow> rows, @Nullable List<List<Recommendation.Because>> reasons) {
        if (rows.isEmpty()) {
            return none(Fallback.ALL_FILTERED, model);
        }
        List<Recommendation.Item> items = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            ScoredRow row = rows.get(i);
            items.add(new Recommendation.Item(
                    model.itemAt(row.row()), row.score(), reasons == null ? null : reasons.get(i)));
        }
        return new Answer(items, stamp(model), null, variant);
    }

    private Recommendation.Model stamp(ServedModel model) {
        return new Recommendation.Model(live.version(), model.step());
    }

    private List<Recommendation.Item> popular(ItemFilter filter, int k) {
        CategoryCap cap = new CategoryCap(filter.selection().maxPerCategory());
        List<Recommendation.Item> items = new ArrayList<>();
        for (Trending.Item item : shared.trending().items()) {
            if (items.size() == k || item.score() < filter.selection().minScore()) {
                break;
            }
            if (filter.passes(item.itemId()) && cap.take(shared.catalogue().of(item.itemId()))) {
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
    public Answer similar(String itemId, ItemListing listing) {
        ItemFilter filter = new ItemFilter(listing.selection(), shared.catalogue(), Set.of(itemId));
        return orPopular(askSimilar(itemId, listing.k(), filter), filter, listing.k());
    }

    private Answer askSimilar(String itemId, int k, ItemFilter filter) {
        ServedModel model = live.acquire();
        try {
            if (model == null) {
                return none(Fallback.NO_MODEL, null);
            }
            int row = model.rowOf(itemId);
            if (row < 0) {
                return none(Fallback.NO_KNOWN_ITEMS, model);
            }
            RowSelection selection = new RowSelection(model, filter, k);
            model.similar(row, selection);
            return answer(model, selection.chosen(), null);
        } finally {
            live.release();
        }
    }

    /** Returns the popular items, each with its share of the time-decayed clicks as its score. */
    public Answer trending(ItemListing listing) {
        List<Recommendation.Item> items =
                popular(new ItemFilter(listing.selection(), shared.catalogue(), Set.of()), listing.k());
        return new Answer(items, null, null, variant);
    }

    /**
     * Fits the map that orders new items by their contents, for callers that do not follow the model with {@link
     * ContentMapper}.
     */
    public void fitContents() {
        ContentMapper.fit(live, shared.exploration().contents());
    }

    /** Passes the catalogue entry of an item to the model. Called by one thread. */
    void catalogued(String itemId) {
        live.catalogued(itemId, shared.catalogue().of(itemId));
    }

    public ScoringMetrics metrics() {
        return shared.metrics();
    }
}
