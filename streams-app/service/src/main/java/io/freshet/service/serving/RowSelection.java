package io.freshet.service.serving;

import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.search.RowFilter;
import io.freshet.model.search.Scorer;
import io.freshet.service.catalogue.CatalogueItem;
import io.freshet.service.catalogue.CategoryCap;
import io.freshet.service.request.ItemFilter;
import io.freshet.store.sequence.HistoryRows;
import java.util.ArrayList;
import java.util.Arrays;
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
 * it searches again without the rows of full categories. A row skipped for its category is skipped for good, so the
 * result is the same as in a single pass over all rows. Each search but the last takes at least one item. Used once.
 */
public final class RowSelection {
    private static final int MORE_FOR_A_CAP = 16;

    private final ServedModel model;
    private final ItemFilter filter;
    private final int k;
    private final CategoryCap cap;
    private final List<Pick> picks = new ArrayList<>();

    /** Excluded rows, including those already picked. */
    private int[] excluded; // (excludedSize)

    private int excludedSize;

    /** An item of the answer. */
    public record Pick(int row, float score) {}

    /** A search for the best rows that are not excluded and pass a filter: at most {@code k}, best first. */
    public interface Search {
        List<Pick> best(int[] excluded, int excludedLength, RowFilter filter, int k);
    }

    public RowSelection(ServedModel model, ItemFilter filter, int k) {
        this.model = model;
        this.filter = filter;
        this.k = k;
        cap = new CategoryCap(filter.selection().maxPerCategory());
        excluded = new int[filter.seen().size() + filter.selection().exclude().size() + 1];
        filter.seen().forEach(this::exclude);
        filter.selection().exclude().forEach(this::exclude);
    }

    private void exclude(String itemId) {
        int row = model.rowOf(itemId);
        if (row >= 0) {
            exclude(row);
        }
    }

    private void exclude(int row) {
        if (excludedSize == excluded.length) {
            excluded = Arrays.copyOf(excluded, 2 * excludedSize);
        }
        excluded[excludedSize++] = row;
    }

    /** Returns the rows of the only items allowed, as far as they pass the filter; null if all items are allowed. */
    @Nullable
    public Set<Integer> onlyRows() {
        Set<String> only = filter.selection().includeOnly();
        return only == null
                ? null
                : only.stream()
                        .filter(filter::passes)
                        .map(model::rowOf)
                        .filter(row -> row >= 0)
                        .collect(Collectors.toCollection(HashSet::new));
    }

    /** Adds a history, with the rows allowed for it, to the histories that a scorer will answer. */
    void ask(Scorer scorer, RecommenderModel of, HistoryRows history) {
        scorer.add(of, history.rows(), history.size(), excluded, excludedSize, rowFilter());
    }

    private RowFilter rowFilter() {
        return filter.needsNoCatalogue() ? RowFilter.ALL : this::passes;
    }

    /** Returns the items found by a search, best first. */
    public List<Pick> pickBy(Search search) {
        RowFilter rowFilter = rowFilter();
        boolean thereMayBeMore = true;
        while (thereMayBeMore && picks.size() < k) {
            int wanted = k - picks.size();
            int depth = cap.isOn() ? 2 * wanted + MORE_FOR_A_CAP : wanted;
            List<Pick> found = search.best(excluded, excludedSize, rowFilter, depth);
            thereMayBeMore = pick(found) && found.size() == depth;
        }
        return picks;
    }

    /** Picks rows until there are enough. Returns false if the score has fallen below the minimum. */
    private boolean pick(List<Pick> found) {
        for (int i = 0; i < found.size() && picks.size() < k; i++) {
            Pick next = found.get(i);
            if (next.score() < filter.selection().minScore()
                    && filter.selection().minScore() > 0) {
                return false;
            }
            if (!cap.isOn() || cap.take(model.catalogueItem(next.row(), filter.catalogue()))) {
                picks.add(next);
                exclude(next.row());
            }
        }
        return true;
    }

    private boolean passes(int row) {
        CatalogueItem item = model.catalogueItem(row, filter.catalogue());
        return filter.passes(item) && !cap.isFull(item);
    }
}
