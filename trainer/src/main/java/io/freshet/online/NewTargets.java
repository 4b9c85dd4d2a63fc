package io.freshet.online;

import io.freshet.delta.StepRecord;
import io.freshet.encoder.SequenceBatch;
import io.freshet.evaluation.SeenItems;
import io.freshet.model.Ranker;
import io.freshet.model.RecommenderModel;
import io.freshet.vocabulary.Vocabulary;
import java.util.Arrays;

/** The new positions of one step, and what the model as it stands expects there. Reused; not thread-safe. */
final class NewTargets {
    private final SeenItems seen;
    private final SequenceBatch histories; // one sequence a query
    private int[][] masked = new int[256][]; // (queries, distinct rows of its history), where those are masked
    private int[] targets = new int[256]; // (queries)
    private int[] candidates = new int[256]; // (queries)
    private int[] places = new int[256]; // (queries): position in ranks
    private int[] ranks = new int[256]; // (new positions): known at once, or to be filled in
    private int queries;
    private int size;

    NewTargets(int maxLength, SeenItems seen) {
        this.histories = new SequenceBatch(maxLength);
        this.seen = seen;
    }

    void clear() {
        histories.clear();
        queries = 0;
        size = 0;
    }

    /**
     * Adds a new position, before its item gets a row: it is to be ranked among the rows that are there now.
     *
     * @param rows its user's earlier positions are {@code rows[from, to)}; none makes it no event
     * @param target its item's row, or {@link Vocabulary#NOT_FOUND} for one never seen, which is a miss; so is one that
     *     is masked
     */
    void add(int[] rows, int from, int to, int target, int seenItems) {
        reserve();
        if (from == to) {
            ranks[size] = StepRecord.NO_EVENT;
        } else if (target == Vocabulary.NOT_FOUND || isMasked(rows, from, to, target)) {
            ranks[size] = StepRecord.MISS;
        } else {
            histories.addHistory(rows, from, to);
            targets[queries] = target;
            candidates[queries] = seenItems;
            places[queries] = size;
            if (seen == SeenItems.MASKED) {
                masked[queries] = Arrays.stream(rows, from, to).distinct().toArray();
            }
            queries++;
        }
        size++;
    }

    private boolean isMasked(int[] rows, int from, int to, int target) {
        return seen == SeenItems.MASKED && Arrays.stream(rows, from, to).anyMatch(row -> row == target);
    }

    /** One for each new position, in order. */
    int[] rank(Ranker ranker, RecommenderModel model) {
        int[] all = Arrays.copyOf(ranks, size);
        if (queries > 0) {
            int[] ofQueries = new int[queries];
            int[][] leftOut = seen == SeenItems.MASKED ? masked : null;
            ranker.rank(model, histories, targets, candidates, leftOut, ofQueries);
            for (int query = 0; query < queries; query++) {
                all[places[query]] = ofQueries[query];
            }
        }
        return all;
    }

    private void reserve() {
        if (size == ranks.length) {
            int capacity = 2 * size;
            ranks = Arrays.copyOf(ranks, capacity);
            targets = Arrays.copyOf(targets, capacity);
            candidates = Arrays.copyOf(candidates, capacity);
            places = Arrays.copyOf(places, capacity);
            masked = Arrays.copyOf(masked, capacity);
        }
    }
}
