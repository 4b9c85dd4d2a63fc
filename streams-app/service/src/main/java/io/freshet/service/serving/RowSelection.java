package io.freshet.service.serving;

import io.freshet.client.item.CatalogueItem;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.search.RowFilter;
import io.freshet.model.search.Scorer;
import io.freshet.service.catalogue.CategoryCap;
import io.freshet.service.request.ItemFilter;
import io.freshet.store.sequence.HistoryRows;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the items of an answer from a model's rows: the best rows that pass the filter, in order of score, skipping items
 * with a full category.
 *
 * <p>The conditions are part of the search through the rows, so it finds as many rows as requested if that many pass.
 * With a limit per category, the search requests some more rows than needed. If too many of them have a full category,
 * the model searches again without the rows of full categories. A row skipped for its category is skipped for good, so
 * the result is the same as in a single pass over all rows. Each search but the last takes at least one item. Used once.
 */
public final class RowSelection {
    private static final int MORE_FOR_A_CAP = 16;

    private final ServedModel model;
    private final ItemFilter filter;
    private final int k;
    private final CategoryCap cap;

    /** Rows that a search must not return: those that the filter names, and those already chosen. */
    private final Set<Integer> excluded = new HashSet<>();

    /** The only rows allowed; null if all are. */
    private final @Nullable Set<Integer> only;

    private final List<ScoredRow> chosen = new ArrayList<>();
    private boolean complete;

    /** @param k maximum number of rows */
    public RowSelection(ServedModel model, ItemFilter filter, int k) {
        this.model = model;
        this.filter = filter;
        this.k = k;
        cap = new CategoryCap(filter.selection().maxPerCategory());
        filter.seen().forEach(this::exclude);
        filter.selection().exclude().forEach(this::exclude);
        Set<String> includeOnly = filter.selection().includeOnly();
        only = includeOnly == null
                ? null
                : includeOnly.stream()
                        .filter(filter::passes)
                        .map(model::rowOf)
                        .filter(row -> row >= 0)
                        .collect(Collectors.toSet());
    }

    private void exclude(String itemId) {
        int row = model.rowOf(itemId);
        if (row >= 0) {
            excluded.add(row);
        }
    }

    /** Returns the chosen rows, best first. */
    public List<ScoredRow> chosen() {
        return chosen;
    }

    /** Returns whether another search may find more rows. */
    boolean isOpen() {
        return !complete && chosen.size() < k;
    }

    /** Returns the number of rows that the next search should return. */
    int depth() {
        int wanted = k - chosen.size();
        return cap.isOn() ? 2 * wanted + MORE_FOR_A_CAP : wanted;
    }

    /** Adds a history, with the rows allowed for it, to the histories that a scorer will answer. */
    void ask(Scorer scorer, RecommenderModel of, HistoryRows history) {
        if (only == null) {
            int[] rows = toArray(excluded);
            scorer.add(of, history.rows(), history.size(), rows, rows.length, rowFilter());
        } else {
            int[] rows = only.stream()
                    .filter(this::allows)
                    .mapToInt(Integer::intValue)
                    .toArray();
            scorer.addOnly(of, history.rows(), history.size(), rows, rows.length);
        }
    }

    private static int[] toArray(Set<Integer> rows) {
        int[] array = new int[rows.size()];
        int size = 0;
        for (int row : rows) {
            array[size++] = row;
        }
        return array;
    }

    private RowFilter rowFilter() {
        return filter.needsNoCatalogue() ? RowFilter.ALL : this::passes;
    }

    /** Returns whether the next search may return a row. */
    boolean allows(int row) {
        return (only == null || only.contains(row))
                && !excluded.contains(row)
                && rowFilter().passes(row);
    }

    /**
     * Chooses rows until there are enough or the score falls below the minimum.
     *
     * @param found result of a search, best first
     * @param depth number of rows that the search was asked for; fewer mean that there are no more
     */
    void take(List<ScoredRow> found, int depth) {
        complete = found.size() < depth;
        float minScore = filter.selection().minScore();
        for (ScoredRow each : found) {
            if (chosen.size() == k) {
                return;
            }
            if (minScore > 0 && each.score() < minScore) {
                complete = true;
                return;
            }
            if (!cap.isOn() || cap.take(model.catalogueItem(each.row(), filter.catalogue()))) {
                chosen.add(each);
                excluded.add(each.row());
            }
        }
    }

    private boolean passes(int row) {
        CatalogueItem item = model.catalogueItem(row, filter.catalogue());
        return filter.passes(item) && !cap.isFull(item);
    }
}
