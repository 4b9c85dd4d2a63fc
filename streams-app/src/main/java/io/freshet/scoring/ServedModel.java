package io.freshet.scoring;

import io.freshet.delta.Eviction;
import io.freshet.delta.ModelDelta;
import io.freshet.model.Answers;
import io.freshet.model.ModelClusters;
import io.freshet.model.ModelSnapshot;
import io.freshet.model.RecommenderModel;
import io.freshet.model.RowFilter;
import io.freshet.model.Scorer;
import io.freshet.model.SimilarItems;
import io.freshet.sequence.HistoryRows;
import io.freshet.store.Snapshot;
import io.freshet.vocabulary.Vocabulary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A model as serving needs it: it answers, and takes deltas.
 *
 * <p>Any number of threads may read at the same time, but none while {@link #apply} or {@link #close} runs: {@link
 * LiveModel} sees to that. Owns the model, and a scorer with its scratch and workers for each thread that has scored at
 * once.
 */
final class ServedModel implements AutoCloseable {
    /** A scorer of many histories has scratch of megabytes. */
    private static final int MOST_BATCHES = 2;

    private final RecommenderModel model;
    private final ModelClusters clusters;
    private final Vocabulary vocabulary;
    private final int workers;
    private final CatalogueRows catalogueRows = new CatalogueRows();
    private final Queue<Scorer> idleScorers = new ConcurrentLinkedQueue<>();
    private final Queue<Scorer> idleBatchScorers = new ConcurrentLinkedQueue<>();
    private final Semaphore batches = new Semaphore(MOST_BATCHES);

    /**
     * A model that looks for the best among all items.
     *
     * @param model becomes this object's own
     * @param workers threads that share the search for one answer
     */
    ServedModel(RecommenderModel model, int workers) {
        this(model, workers, 0);
    }

    /** @param approximateItems from how many on the best are looked for in clusters, once there are; 0 for never */
    ServedModel(RecommenderModel model, int workers, int approximateItems) {
        this.model = model;
        this.clusters = new ModelClusters(model, approximateItems);
        this.workers = workers;
        vocabulary = model.vocabulary();
        catalogueRows.growTo(vocabulary.size());
    }

    /** The model in a snapshot's files. */
    static ServedModel read(Snapshot snapshot, int workers, int approximateItems) throws IOException {
        return new ServedModel(ModelSnapshot.read(snapshot), workers, approximateItems);
    }

    /** Training steps behind the weights. */
    long step() {
        return model.step();
    }

    /** The lineage that the weights belong to. */
    long lineage() {
        return model.lineage();
    }

    /** The item's row, {@link Vocabulary#NOT_FOUND} for an item that the model does not know. */
    int rowOf(String itemId) {
        return vocabulary.rowOf(itemId);
    }

    String itemAt(int row) {
        return vocabulary.itemAt(row);
    }

    /** Rows, those without an item among them. */
    int rows() {
        return vocabulary.size();
    }

    boolean hasItemAt(int row) {
        return vocabulary.isTaken(row);
    }

    /** What a catalogue, always the same one, says of the item in a row. */
    CatalogueItem catalogueItem(int row, ItemCatalogue catalogue) {
        CatalogueItem known = catalogueRows.get(row);
        return known == null ? catalogueRows.fillIn(row, catalogue.of(vocabulary.itemAt(row))) : known;
    }

    /** Takes in what the catalogue says now. By one thread, and after the catalogue itself. */
    void catalogued(String itemId, CatalogueItem item) {
        int row = vocabulary.rowOf(itemId);
        if (row != Vocabulary.NOT_FOUND) {
            catalogueRows.put(row, item);
        }
    }

    /**
     * Brings the model to the delta's last step.
     *
     * @param parts all of one delta, in order
     * @throws IllegalArgumentException if the delta is refused: then nothing has changed, the clusters neither
     */
    void apply(List<ModelDelta> parts) {
        model.requireFits(parts);
        clusters.apply(parts);
        ModelDelta head = parts.getFirst();
        catalogueRows.growTo(vocabulary.size());
        for (Eviction eviction : head.evictions()) {
            eviction.rows().forEach(catalogueRows::forget);
        }
        for (int row : head.newItemRows()) {
            catalogueRows.forget(row);
        }
    }

    /** Does a slice of what there is to do for the clusters of the items, by one thread; false if it was nothing. */
    boolean advanceClusters() {
        return clusters.advance();
    }

    /** Whether the best are looked for in clusters. */
    boolean isApproximate() {
        return clusters.current() != null;
    }

    /**
     * The best next items.
     *
     * @param history (historyLength) rows of the user's items, oldest first; at least one
     * @param excluded (excludedLength) rows that must not come back, in any order
     * @param filter says which others may
     * @param rows (k) receives the rows of the best items, best first
     * @param scores (k) receives how probably each is next
     * @return how many there are, at most k
     */
    int topK(
            int[] history,
            int historyLength,
            int[] excluded,
            int excludedLength,
            RowFilter filter,
            int k,
            int[] rows,
            float[] scores) {
        Scorer scorer = idleScorer();
        scorer.clear();
        scorer.add(model, history, historyLength, excluded, excludedLength, filter);
        return answer(scorer, k, rows, scores);
    }

    /** As {@link #topK}, among a few rows alone, {@code only} (onlyLength), in any order, each once. */
    int topKOf(int[] history, int historyLength, int[] only, int onlyLength, int k, int[] rows, float[] scores) {
        Scorer scorer = idleScorer();
        scorer.clear();
        scorer.addOnly(model, history, historyLength, only, onlyLength);
        return answer(scorer, k, rows, scores);
    }

    /**
     * What is asked of the model about a user.
     *
     * @param history the user's items; none where the model knows none of them
     * @param selection of what may come back, without a cap
     */
    record Question(HistoryRows history, RowSelection selection) {}

    /**
     * The best next items of each question, with one pass over the item table where there are several.
     *
     * @param questions at most {@link Scorer#MAX_HISTORIES}
     * @return in the same order, best first; nothing for a question without a history
     */
    List<List<RowSelection.Pick>> answer(List<Question> questions, int k) {
        long asked = questions.stream()
                .filter(question -> question.history().size() > 0)
                .count();
        if (asked == 0) {
            return Collections.nCopies(questions.size(), List.of());
        }
        Queue<Scorer> idle = asked == 1 ? idleScorers : idleBatchScorers;
        Scorer scorer = asked == 1 ? idleScorer() : idleBatchScorer();
        scorer.clear();
        for (Question question : questions) {
            if (question.history().size() > 0) {
                question.selection().ask(scorer, model, question.history());
            }
        }
        Answers answers = new Answers();
        scorer.answer(model, clusters.current(), k, answers);
        idle.add(scorer);
        List<List<RowSelection.Pick>> picks = new ArrayList<>(questions.size());
        int history = 0;
        for (Question question : questions) {
            picks.add(question.history().size() == 0 ? List.of() : picks(answers, history++));
        }
        return picks;
    }

    private static List<RowSelection.Pick> picks(Answers answers, int history) {
        List<RowSelection.Pick> picks = new ArrayList<>(answers.size(history));
        for (int place = 0; place < answers.size(history); place++) {
            picks.add(new RowSelection.Pick(answers.row(history, place), answers.probability(history, place)));
        }
        return picks;
    }

    private int answer(Scorer scorer, int k, int[] rows, float[] scores) {
        Answers answers = new Answers();
        scorer.answer(model, clusters.current(), k, answers);
        idleScorers.add(scorer);
        for (int place = 0; place < answers.size(0); place++) {
            rows[place] = answers.row(0, place);
            scores[place] = answers.probability(0, place);
        }
        return answers.size(0);
    }

    private Scorer idleScorer() {
        @Nullable Scorer idle = idleScorers.poll();
        return idle == null ? new Scorer(model.config(), 1, workers) : idle;
    }

    private Scorer idleBatchScorer() {
        @Nullable Scorer idle = idleBatchScorers.poll();
        return idle == null ? new Scorer(model.config(), Scorer.MAX_HISTORIES, workers) : idle;
    }

    /**
     * How probably each of some rows is next, after each of several histories; all at once, and exactly: what is asked for is
     * the difference that an item of the history makes.
     *
     * @param histories at most {@link Scorer#MAX_HISTORIES}, each of one row at least
     * @param rows each once
     * @return of each history the rows with their probabilities, the most probable first
     */
    Answers probabilities(List<int[]> histories, int[] rows) {
        batches.acquireUninterruptibly();
        try {
            Scorer scorer = idleBatchScorer();
            scorer.clear();
            for (int[] history : histories) {
                scorer.addOnly(model, history, history.length, rows, rows.length);
            }
            Answers answers = new Answers();
            scorer.answer(model, rows.length, answers);
            idleBatchScorers.add(scorer);
            return answers;
        } finally {
            batches.release();
        }
    }

    /**
     * The items that are most similar to the one in a row.
     *
     * @param filter says which may come back; the item itself does not
     * @param rows (k) receives the rows, the most similar first
     * @param cosines (k) receives the cosines of their vectors with the item's
     * @return how many there are, at most k
     */
    int similar(int row, RowFilter filter, int k, int[] rows, float[] cosines) {
        try (SimilarItems similar = new SimilarItems()) {
            return similar.topK(model, row, filter, k, rows, cosines);
        }
    }

    @Override
    public void close() {
        idleScorers.forEach(Scorer::close);
        idleScorers.clear();
        idleBatchScorers.forEach(Scorer::close);
        idleBatchScorers.clear();
        clusters.close();
        model.close();
    }
}
