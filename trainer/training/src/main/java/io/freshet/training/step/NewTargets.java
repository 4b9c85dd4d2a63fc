package io.freshet.training.step;

import io.freshet.model.cooccurrence.CooccurrenceModel;
import io.freshet.model.cooccurrence.CooccurrenceScores;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.modellog.TargetRanks;
import io.freshet.store.sequence.HistoryRows;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.ranking.MixtureRanker;
import io.freshet.training.ranking.MixtureRanks;
import java.util.Arrays;

/** New positions of one step, and the memory's expectations for each. Reused from step to step. Not thread-safe. */
final class NewTargets {
    private static final int[] NONE = {};

    private final boolean masks; // whether an item may be masked
    private final SequenceBatch histories; // one sequence per query
    private final CooccurrenceScores expectations = new CooccurrenceScores(); // one per query
    private final MixtureRanks ofQueries = new MixtureRanks();
    private int[][] masked =
            new int[256][]; // (queries, distinct rows hidden from the user and not equal to the target), if masked
    private boolean[] isMasked = new boolean[256]; // (queries): whether the target is masked
    private int[] targets = new int[256]; // (queries)
    private int[] candidates = new int[256]; // (queries)
    private int[] places = new int[256]; // (queries): position in ranks
    private int[] ranks = new int[256]; // (new positions): final where there is no query, else filled in by inOrder
    private int queries;
    private int size;

    /** @param repeats which items are masked, because they may not be recommended to the user again yet */
    NewTargets(EncoderShape encoder, RepeatPolicy repeats) {
        this.histories = new SequenceBatch(encoder);
        this.masks = !repeats.equals(RepeatPolicy.OF_ALL);
    }

    void clear() {
        histories.clear();
        expectations.clear();
        queries = 0;
        size = 0;
    }

    /**
     * Adds a new position, before its item gets a row. It is ranked among the rows that exist now, with the memory's
     * present expectations.
     *
     * @param before history before the position; if it is empty, the position is not an event
     * @param target row of the position's item, or {@link Vocabulary#NOT_FOUND} for an item never seen, which is a
     *     miss. A masked target is also a miss
     * @param timeMs time of the position's event, at which items are masked or not
     */
    void add(HistoryRows before, int target, int seenItems, CooccurrenceModel memory, long timeMs) {
        if (before.size() == 0) {
            addNoEvent();
            return;
        }
        reserve();
        if (target == Vocabulary.NOT_FOUND) {
            ranks[size] = StepRecord.MISS;
        } else {
            histories.addHistory(before.rows(), 0, before.size());
            memory.expect(before.rows(), 0, before.size(), target, expectations);
            targets[queries] = target;
            candidates[queries] = seenItems;
            places[queries] = size;
            mask(before, target, timeMs);
            queries++;
        }
        size++;
    }

    /** Adds a new position that is not an event. */
    void addNoEvent() {
        add(StepRecord.NO_EVENT);
    }

    /**
     * Adds a new position of a click that is not among those to rank.
     *
     * @param before history before the position; if it is empty, the position is not an event
     */
    void addUnranked(HistoryRows before) {
        add(before.size() == 0 ? StepRecord.NO_EVENT : StepRecord.UNRANKED);
    }

    private void add(int finalRank) {
        reserve();
        ranks[size] = finalRank;
        size++;
    }

    private void mask(HistoryRows before, int target, long timeMs) {
        int[] hidden = masks ? before.hiddenAt(timeMs) : NONE;
        isMasked[queries] = Arrays.stream(hidden).anyMatch(row -> row == target);
        masked[queries] =
                Arrays.stream(hidden).distinct().filter(row -> row != target).toArray();
    }

    /** Returns the ranks of the new positions, in order. */
    TargetRanks rank(MixtureRanker ranker, RecommenderModel model) {
        if (queries > 0) {
            int[][] leftOut = masks ? masked : null;
            ranker.rank(
                    model, new MixtureRanker.Queries(histories, targets, candidates, leftOut, expectations), ofQueries);
        }
        return new TargetRanks(inOrder(ofQueries.served()), inOrder(ofQueries.network()), inOrder(ofQueries.memory()));
    }

    private int[] inOrder(int[] ranksOfQueries) {
        int[] all = amongAll(ranksOfQueries);
        for (int query = 0; query < queries; query++) {
            all[places[query]] = isMasked[query] ? StepRecord.MISS : all[places[query]];
        }
        return all;
    }

    /** Returns the ranks that {@link #rank} would have returned if no item were masked, by the same scores. */
    TargetRanks ranksAmongAll() {
        return new TargetRanks(
                amongAll(ofQueries.servedAmongAll()),
                amongAll(ofQueries.networkAmongAll()),
                amongAll(ofQueries.memoryAmongAll()));
    }

    /** Returns the ranks among all items by the mixture with weighed repeats. */
    int[] ranksWeighed() {
        return amongAll(ofQueries.servedWeighed());
    }

    private int[] amongAll(int[] ranksOfQueries) {
        int[] all = Arrays.copyOf(ranks, size);
        for (int query = 0; query < queries; query++) {
            all[places[query]] = ranksOfQueries[query];
        }
        return all;
    }

    /** Lets the memory learn its mixture weights from the targets. Call it after the targets have been ranked. */
    void teach(CooccurrenceModel memory) {
        memory.learn(expectations, ofQueries.networkProbabilities(), ofQueries.scoreGaps(), ofQueries.expected());
    }

    private void reserve() {
        if (size == ranks.length) {
            int capacity = 2 * size;
            ranks = Arrays.copyOf(ranks, capacity);
            targets = Arrays.copyOf(targets, capacity);
            candidates = Arrays.copyOf(candidates, capacity);
            places = Arrays.copyOf(places, capacity);
            masked = Arrays.copyOf(masked, capacity);
            isMasked = Arrays.copyOf(isMasked, capacity);
        }
    }
}
