package io.freshet.scoring;

import io.freshet.delta.ModelDelta;
import io.freshet.model.ModelSnapshot;
import io.freshet.model.RecommenderModel;
import io.freshet.model.Scorer;
import io.freshet.store.Snapshot;
import io.freshet.vocabulary.Vocabulary;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A model as serving needs it: it answers, and takes deltas.
 *
 * <p>Any number of threads may read at the same time, but none while {@link #apply} or {@link #close} runs: {@link
 * LiveModel} sees to that. Owns the model, and a scorer with its scratch and workers for each thread that has scored at
 * once.
 */
final class ServedModel implements AutoCloseable {
    private final RecommenderModel model;
    private final Vocabulary vocabulary;
    private final int workers;
    private final Queue<Scorer> idleScorers = new ConcurrentLinkedQueue<>();

    /**
     * @param model becomes this object's own
     * @param workers threads that share the search for one answer
     */
    ServedModel(RecommenderModel model, int workers) {
        this.model = model;
        this.workers = workers;
        vocabulary = model.vocabulary();
    }

    /** The model in a snapshot's files. */
    static ServedModel read(Snapshot snapshot, int workers) throws IOException {
        return new ServedModel(ModelSnapshot.read(snapshot), workers);
    }

    /** Training steps behind the weights. */
    long step() {
        return model.step();
    }

    /** The item's row, {@link Vocabulary#NOT_FOUND} for an item that the model does not know. */
    int rowOf(String itemId) {
        return vocabulary.rowOf(itemId);
    }

    String itemAt(int row) {
        return vocabulary.itemAt(row);
    }

    /** Brings the model to the delta's last step; {@code parts} are all of one delta, in order. */
    void apply(List<ModelDelta> parts) {
        model.apply(parts);
    }

    /**
     * The best next items.
     *
     * @param history (historyLength) rows of the user's items, oldest first; at least one
     * @param excluded (excludedLength) rows that must not come back, in any order
     * @param rows (k) receives the rows of the best items, best first
     * @param scores (k) receives how probably each is next
     * @return how many there are, at most k
     */
    int topK(int[] history, int historyLength, int[] excluded, int excludedLength, int k, int[] rows, float[] scores) {
        @Nullable Scorer idle = idleScorers.poll();
        Scorer scorer = idle == null ? new Scorer(model.config(), 1, workers) : idle;
        int found = scorer.topK(model, history, historyLength, excluded, excludedLength, k, rows, scores);
        idleScorers.add(scorer);
        return found;
    }

    @Override
    public void close() {
        idleScorers.forEach(Scorer::close);
        idleScorers.clear();
        model.close();
    }
}
