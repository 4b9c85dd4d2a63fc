package io.freshet.training.fit;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.StepRecord;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.ranking.Ranker;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Leave-one-out evaluation: ranks each user's held-out item among all items of the model, given the user's earlier
 * items. Ties count against the held-out item. If seen items are masked, a held-out item that the user had seen is a
 * miss.
 *
 * <p>Owns its ranker. Not thread-safe; uses threads of its own inside a call.
 */
public final class LeaveOneOut implements AutoCloseable {
    /** Number of users ranked at once. */
    private static final int SLICE = 2048;

    private final SequenceDataset data;
    private final SeenItems seen;
    private final int[] users; // users with held-out items
    private final Ranker ranker;
    private final SequenceBatch histories;

    /**
     * Creates an evaluation over all users with enough items.
     *
     * @param workers number of threads, which does not affect the ranks
     */
    public LeaveOneOut(SequenceDataset data, SeenItems seen, ModelConfig model, int workers) {
        this(data, seen, HeldOutUsers.ALL, model, workers);
    }

    LeaveOneOut(SequenceDataset data, SeenItems seen, HeldOutUsers heldOut, ModelConfig model, int workers) {
        this.data = data;
        this.seen = seen;
        this.users = IntStream.range(0, data.users())
                .filter(user -> heldOut.include(data.user(user), data.sequence(user)))
                .toArray();
        if (users.length == 0) {
            throw new IllegalArgumentException("at least one user must have at least " + HeldOut.MIN_LENGTH
                    + " items, two of which are held out: users=" + data.users() + " interactions="
                    + data.interactions() + " held_out_share=" + heldOut.share());
        }
        this.ranker = new Ranker(model, workers);
        this.histories = new SequenceBatch(model.encoder());
    }

    /** Returns the default treatment of seen items: masked unless the data have repeats. */
    public static SeenItems usual(SequenceDataset data) {
        return data.hasRepeats() ? SeenItems.RANKED : SeenItems.MASKED;
    }

    /** Returns the number of users with held-out items. */
    public int users() {
        return users.length;
    }

    /**
     * Ranks the held-out item of each user.
     *
     * @param model a model with a row for every item of the data
     */
    public HeldOutAccuracy measure(RecommenderModel model, HeldOut heldOut) {
        return HeldOutAccuracy.of(ranks(model, heldOut));
    }

    /** Returns one rank for each user with held-out items, in the order of the data. */
    int[] ranks(RecommenderModel model, HeldOut heldOut) {
        int[] ranks = new int[users.length];
        for (int from = 0; from < users.length; from += SLICE) {
            int to = Math.min(users.length, from + SLICE);
            System.arraycopy(rankSlice(model, heldOut, from, to), 0, ranks, from, to - from);
        }
        return ranks;
    }

    private int[] rankSlice(RecommenderModel model, HeldOut heldOut, int from, int to) {
        histories.clear();
        int[] targets = new int[to - from];
        int[][] masked = new int[to - from][];
        for (int i = from; i < to; i++) {
            int[] sequence = data.sequence(users[i]);
            int position = heldOut.position(sequence);
            histories.addHistory(sequence, 0, position);
            targets[i - from] = sequence[position];
            masked[i - from] = seen == SeenItems.MASKED ? heldOut.seen(sequence) : new int[0];
        }
        int[] candidates = new int[targets.length];
        Arrays.fill(candidates, model.vocabulary().size());
        int[] ranks = new int[targets.length];
        ranker.rank(model, histories, targets, candidates, masked, ranks);
        missMaskedTargets(targets, masked, ranks);
        return ranks;
    }

    private static void missMaskedTargets(int[] targets, int[][] masked, int[] ranks) {
        for (int i = 0; i < ranks.length; i++) {
            int target = targets[i];
            if (Arrays.stream(masked[i]).anyMatch(row -> row == target)) {
                ranks[i] = StepRecord.MISS;
            }
        }
    }

    @Override
    public void close() {
        ranker.close();
    }
}
