package io.freshet.online;

import io.freshet.delta.StepRecord;
import io.freshet.encoder.EncoderShape;
import io.freshet.encoder.SequenceBatch;
import io.freshet.evaluation.SeenItems;
import io.freshet.memory.ClickMemory;
import io.freshet.memory.Expectations;
import io.freshet.model.MixtureRanker;
import io.freshet.model.MixtureRanks;
import io.freshet.model.RecommenderModel;
import io.freshet.sequence.HistoryRows;
import io.freshet.vocabulary.Vocabulary;
import java.util.Arrays;

/** The new positions of one step, and what the model as it stands expects there. Reused; not thread-safe. */
final class NewTargets {
    private static final int[] NONE = {};

    private final SeenItems seen;
    private final SequenceBatch histories; // one sequence a query
    private final Expectations expectations = new Expectations(); // one a query
    private final MixtureRanks ofQueries = new MixtureRanks();
    private int[][] masked = new int[256][]; // (queries, distinct rows seen before but the target), if masked
    private boolean[] isMasked = new boolean[256]; // (queries): the target is
    private int[] targets = new int[256]; // (queries)
    private int[] candidates = new int[256]; // (queries)
    private int[] places = new int[256]; // (queries): position in ranks
    private int[] ranks = new int[256]; // (new positions): known at once, or to be filled in
    private int queries;
    private int size;

    NewTargets(EncoderShape encoder, SeenItems seen) {
        this.histories = new SequenceBatch(encoder);
        this.seen = seen;
    }

    void clear() {
        histories.clear();
        expectations.clear();
        queries = 0;
        size = 0;
    }

    /**
     * Adds a new position, before its item gets a row: it is to be ranked among the rows that are there now, by what the
     * memory expects now.
     *
     * @param before what stands before it; a history of nothing makes it no event
     * @param target its item's row, or {@link Vocabulary#NOT_FOUND} for one never seen, which is a miss; so is one that
     *     is masked
     */
    void add(HistoryRows before, int target, int seenItems, ClickMemory memory) {
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
            mask(before, target);
            queries++;
        }
        size++;
    }

    /** Adds a new position that is not to be ranked. */
    void addNoEvent() {
        reserve();
        ranks[size] = StepRecord.NO_EVENT;
        size++;
    }

    private void mask(HistoryRows before, int target) {
        boolean masks = seen == SeenItems.MASKED;
        isMasked[queries] =
                masks && Arrays.stream(before.seen(), 0, before.seenSize()).anyMatch(row -> row == target);
        masked[queries] = masks
                ? Arrays.stream(before.seen(), 0, before.seenSize())
                        .distinct()
                        .filter(row -> row != target)
                        .toArray()
                : NONE;
    }

    /** One for each new position, in order. */
    TargetRanks rank(MixtureRanker ranker, RecommenderModel model) {
        if (queries > 0) {
            int[][] leftOut = seen == SeenItems.MASKED ? masked : null;
            ranker.rank(
                    model, new MixtureRanker.Queries(histories, targets, candidates, leftOut, expectations), ofQueries);
        }
        return new TargetRanks(inOrder(ofQueries.served()), inOrder(ofQueries.network()), inOrder(ofQueries.memory()));
    }

    private int[] inOrder(int[] ranksOfQueries) {
        int[] all = Arrays.copyOf(ranks, size);
        for (int query = 0; query < queries; query++) {
            all[places[query]] = isMasked[query] ? StepRecord.MISS : ranksOfQueries[query];
        }
        return all;
    }

    /** Lets the memory learn how far to trust the network and itself, once the targets are ranked. */
    void teach(ClickMemory memory) {
        memory.learn(expectations, ofQueries.networkProbabilities(), ofQueries.scoreGaps());
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
