package io.freshet.service.recommend;

import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.request.ItemSelection;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.service.catalogue.CategoryCap;
import io.freshet.service.catalogue.CategoryIndex;
import io.freshet.service.catalogue.ContentMap;
import io.freshet.service.catalogue.ItemCatalogue;
import io.freshet.service.catalogue.ItemContents;
import io.freshet.service.request.ItemFilter;
import io.freshet.service.serving.ServedModel;
import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.HistoryRows;
import io.freshet.store.sequence.Interaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives the last places of an answer to new items: items of the catalogue that the model does not know, because no user has
 * clicked them.
 *
 * <p>The other items of the answer decide the categories. A category counts as much as the scores of its items, and more if
 * few items of the catalogue are in it. The new items are spread over the categories in proportion. If the catalogue has titles
 * or embeddings, the new items of a category that the model would score highest by a {@link ContentMap} are taken. Else a hash
 * of the history decides. In both cases, the same history has the same answer as long as the model, the catalogue and the map do
 * not change.
 *
 * <p>The work is bounded: a search looks at {@value #MOST_LOOKED_AT} items of a category, or at {@value #MOST_ORDERED} if they
 * are ordered, and at most {@value #MOST_CATEGORIES} categories are searched in vain. Thread-safe.
 */
final class Exploration {
    private static final int MOST_LOOKED_AT = 256;
    private static final int MOST_ORDERED = 512;
    private static final int MOST_CATEGORIES = 8;

    private final double share;
    private final EventTypes types;
    private final CategoryIndex index = new CategoryIndex();
    private final ItemContents contents = new ItemContents();
    private final ItemCatalogue catalogue;

    /**
     * Creates a catalogue, and the exploration of its items.
     *
     * @param share mean share of the places of an answer that new items get, from 0 to 1
     * @param hasCatalogue whether the catalogue is used
     * @param types types of the events in histories
     */
    Exploration(double share, boolean hasCatalogue, EventTypes types) {
        this.share = share;
        this.types = types;
        catalogue = share > 0 ? new ItemCatalogue(hasCatalogue, index, contents) : new ItemCatalogue(hasCatalogue);
    }

    /** Returns the catalogue, which keeps what the exploration needs up to date. */
    ItemCatalogue catalogue() {
        return catalogue;
    }

    /** Returns the contents of the items of the catalogue; always empty if no places are given. */
    ItemContents contents() {
        return contents;
    }

    /** Returns whether any places are given. */
    boolean isOn() {
        return share > 0;
    }

    /**
     * An answer with new items.
     *
     * @param kept items of the answer before, best first
     * @param newItems ids of the items that follow
     */
    record Mixed(List<Recommendation.Item> kept, List<String> newItems) {}

    /**
     * Gives the last places of an answer to new items. Items that were requested by their ids or by a minimum score are not
     * mixed with others.
     *
     * @param items the answer without new items, best first
     * @param k most items of the answer
     * @param events history that the answer is for; without events there are no new items
     */
    Mixed mix(List<Recommendation.Item> items, int k, List<Interaction> events, ItemFilter filter, ServedModel model) {
        ItemSelection selection = filter.selection();
        if (events.isEmpty() || selection.includeOnly() != null || selection.minScore() > 0) {
            return new Mixed(items, List.of());
        }
        long key = key(events);
        int places = places(k, key);
        return places == 0
                ? new Mixed(items, List.of())
                : new Search(items, filter, model, key, order(events, model)).mix(k, places);
    }

    /** Returns the order of new items, or null if nothing is known that orders them. */
    private ContentMap.@Nullable Order order(List<Interaction> events, ServedModel model) {
        ContentMap map = model.contentMap();
        if (map == null || map.explained() <= 0 || contents.isEmpty()) {
            return null;
        }
        HistoryRows history = new HistoryRows(types);
        events.forEach(event -> history.add(event, model.rowOf(event.itemId())));
        return history.size() == 0 ? null : map.order(model.encode(history));
    }

    private static long key(List<Interaction> events) {
        long key = 0;
        for (Interaction event : events) {
            key = CounterRandom.bits(key, CounterRandom.hash(event.itemId()), Purpose.EXPLORATION, event.timestampMs());
        }
        return key;
    }

    private int places(int k, long key) {
        double mean = share * k;
        int whole = (int) mean;
        return whole + (CounterRandom.uniform(key, 0, Purpose.EXPLORATION, 0) < mean - whole ? 1 : 0);
    }

    /** A new item with its score by contents, and its place in the search, which decides between items with one score. */
    private record Candidate(String itemId, double score, int place) {
        static final Comparator<Candidate> BEST_FIRST =
                Comparator.comparingDouble(Candidate::score).reversed().thenComparingInt(Candidate::place);
    }

    /** A search for the new items of one answer. */
    private final class Search {
        private final List<Recommendation.Item> items;
        private final ItemFilter filter;
        private final ServedModel model;
        private final long key;
        private final ContentMap.@Nullable Order order;
        private final CategoryCap cap;
        private final Set<String> taken = new HashSet<>();
        private final Map<String, Double> weights; // category → weight
        private final Map<String, Integer> given = new HashMap<>(); // category → new items
        private final Map<String, Queue<Candidate>> candidates =
                new HashMap<>(); // category → its new items, if ordered

        Search(
                List<Recommendation.Item> items,
                ItemFilter filter,
                ServedModel model,
                long key,
                ContentMap.@Nullable Order order) {
            this.items = items;
            this.filter = filter;
            this.model = model;
            this.key = key;
            this.order = order;
            cap = new CategoryCap(filter.selection().maxPerCategory());
            ItemCatalogue catalogue = filter.catalogue();
            Map<String, Double> scores = new LinkedHashMap<>();
            for (Recommendation.Item item : items) {
                taken.add(item.itemId());
                for (String category : catalogue.of(item.itemId()).categories()) {
                    scores.merge(category, (double) item.score(), Double::sum);
                }
            }
            scores.replaceAll((category, score) -> score * index.rarity(category));
            if (scores.isEmpty()) { // no item that the model knows is in the categories of the request
                filter.selection().categories().stream().sorted().forEach(category -> scores.put(category, 1.0));
            }
            weights = new LinkedHashMap<>();
            scores.entrySet().stream()
                    .filter(entry -> entry.getValue() > 0 && Double.isFinite(entry.getValue()))
                    .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                    .limit(MOST_CATEGORIES)
                    .forEachOrdered(entry -> weights.put(entry.getKey(), entry.getValue()));
        }

        /** Keeps the first items, and those that the places leave over. */
        Mixed mix(int k, int places) {
            List<Recommendation.Item> kept = new ArrayList<>(items.subList(0, Math.min(items.size(), k - places)));
            kept.forEach(item -> cap.take(filter.catalogue().of(item.itemId())));
            List<String> found = find(places);
            for (int i = kept.size(); i < items.size() && kept.size() + found.size() < k; i++) {
                if (cap.take(filter.catalogue().of(items.get(i).itemId()))) {
                    kept.add(items.get(i));
                }
            }
            return new Mixed(kept, found);
        }

        private List<String> find(int places) {
            List<String> found = new ArrayList<>(places);
            while (found.size() < places && !weights.isEmpty()) {
                String category = next();
                String item = order == null
                        ? index.first(
                                category, start(category, given.getOrDefault(category, 0)), MOST_LOOKED_AT, this::isNew)
                        : best(category, order);
                if (item == null) {
                    weights.remove(category);
                } else {
                    found.add(item);
                    taken.add(item);
                    cap.take(filter.catalogue().of(item));
                    given.merge(category, 1, Integer::sum);
                }
            }
            return found;
        }

        private long start(String category, int place) {
            return CounterRandom.bits(key, CounterRandom.hash(category), Purpose.EXPLORATION, place);
        }

        /** Returns the best new item of a category, or null if no more are found. */
        private @Nullable String best(String category, ContentMap.Order by) {
            Queue<Candidate> queue = candidates.computeIfAbsent(category, _ -> candidates(category, by));
            Candidate best = queue.poll();
            // An item may have been taken for another category, or be of one that is full now.
            while (best != null && !isNew(best.itemId())) {
                best = queue.poll();
            }
            return best == null ? null : best.itemId();
        }

        private Queue<Candidate> candidates(String category, ContentMap.Order by) {
            List<Candidate> found = new ArrayList<>();
            index.from(category, start(category, 0))
                    .limit(MOST_ORDERED)
                    .filter(this::isNew)
                    .forEachOrdered(itemId -> found.add(new Candidate(
                            itemId, by.score(itemId, filter.catalogue().of(itemId)), found.size())));
            Queue<Candidate> queue = new PriorityQueue<>(Math.max(1, found.size()), Candidate.BEST_FIRST);
            queue.addAll(found);
            return queue;
        }

        /** Returns the category that is furthest below its share (the method of D'Hondt). */
        private String next() {
            String best = "";
            double most = -1;
            for (Map.Entry<String, Double> entry : weights.entrySet()) {
                double quotient = entry.getValue() / (1 + given.getOrDefault(entry.getKey(), 0));
                if (quotient > most) {
                    most = quotient;
                    best = entry.getKey();
                }
            }
            return best;
        }

        private boolean isNew(String itemId) {
            return model.rowOf(itemId) < 0
                    && !taken.contains(itemId)
                    && filter.passes(itemId)
                    && !cap.isFull(filter.catalogue().of(itemId));
        }
    }
}
