package io.freshet.service.serving;

import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.search.ModelIvfIndex;
import io.freshet.model.search.RowFilter;
import io.freshet.model.search.Scorer;
import io.freshet.model.search.SimilarItems;
import io.freshet.model.search.TopKResults;
import io.freshet.service.catalogue.CatalogueItem;
import io.freshet.service.catalogue.CatalogueRows;
import io.freshet.service.catalogue.ItemCatalogue;
import io.freshet.store.Snapshot;
import io.freshet.store.modellog.Eviction;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.sequence.HistoryRows;
import io.freshet.store.vocabulary.Vocabulary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A model for serving: it answers and accepts deltas.
 *
 * <p>Any number of threads may read at the same time, but none while {@link #apply} or {@link #close} runs; {@link
 * LiveModel} ensures that. Owns the model and a pool of scorers with their scratch memory and workers, one for each thread
 * that has scored concurrently.
 */
public final class ServedModel implements AutoCloseable {
    /**
     * Maximum number of concurrent batches of {@link #probabilities}: a scorer of many histories has megabytes of scratch
     * memory.
     */
    private static final int MOST_BATCHES = 2;

    private final RecommenderModel model;
    private final ModelIvfIndex clusters;
    private final Vocabulary vocabulary;
    private final int workers;
    private final CatalogueRows catalogueRows = new CatalogueRows();
    private final Queue<Scorer> idleScorers = new ConcurrentLinkedQueue<>();
    private final Queue<Scorer> idleBatchScorers = new ConcurrentLinkedQueue<>();
    private final Semaphore batches = new Semaphore(MOST_BATCHES);

    /**
     * Creates a model that searches all items.
     *
     * @param model owned by this object from now on
     * @param workers threads that share the search for one answer
     */
    public ServedModel(RecommenderModel model, int workers) {
        this(model, workers, 0);
    }

    /** @param approximateItems number of items from which on the search uses clusters, once they are built; 0 for never */
    ServedModel(RecommenderModel model, int workers, int approximateItems) {
        this.model = model;
        this.clusters = new ModelIvfIndex(model, approximateItems);
        this.workers = workers;
        vocabulary = model.vocabulary();
        catalogueRows.growTo(vocabulary.size());
    }

    /** Reads the model from a snapshot's files. */
    static ServedModel read(Snapshot snapshot, int workers, int approximateItems) throws IOException {
        return new ServedModel(ModelSnapshot.read(snapshot), workers, approximateItems);
    }

    /** Returns the number of training steps in the weights. */
    public long step() {
        return model.step();
    }

    /** Returns the lineage of the weights. */
    long lineage() {
        return model.lineage();
    }

    /** Returns the item's row, or {@link Vocabulary#NOT_FOUND} if the model does not know the item. */
    public int rowOf(String itemId) {
        return vocabulary.rowOf(itemId);
    }

    public String itemAt(int row) {
        return vocabulary.itemAt(row);
    }

    /** Returns the number of rows, including rows without an item. */
    int rows() {
        return vocabulary.size();
    }

    boolean hasItemAt(int row) {
        return vocabulary.isTaken(row);
    }

    /** Returns the catalogue entry of the item in a row. All calls must pass the same catalogue. */
    CatalogueItem catalogueItem(int row, ItemCatalogue catalogue) {
        CatalogueItem known = catalogueRows.get(row);
        return known == null ? catalogueRows.fillIn(row, catalogue.of(vocabulary.itemAt(row))) : known;
    }

    /** Updates the catalogue entry of an item. Called by one thread, after the catalogue itself has been updated. */
    void catalogued(String itemId, CatalogueItem item) {
        int row = vocabulary.rowOf(itemId);
        if (row != Vocabulary.NOT_FOUND) {
            catalogueRows.put(row, item);
        }
    }

    /**
     * Applies a delta, which brings the model to the delta's last step.
     *
     * @param parts all parts of one delta, in order
     * @throws IllegalArgumentException if the delta is refused; the model and the clusters are unchanged then
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

    /** Does a slice of the work on the item clusters. Called by one thread. Returns false if there was nothing to do. */
    boolean advanceClusters() {
        return clusters.advance();
    }

    /** Returns whether searches use clusters. */
    boolean isApproximate() {
        return clusters.current() != null;
    }

    /**
     * Finds the best next items.
     *
     * @param history (historyLength) rows of the user's items, oldest first; at least one
     * @param excluded (excludedLength) rows that are excluded, in any order
     * @param filter accepts or rejects the other rows
     * @return at most k rows with the probability of each to be next, best first
     */
    public List<RowSelection.Pick> topK(
            int[] history, int historyLength, int[] excluded, int excludedLength, RowFilter filter, int k) {
        Scorer scorer = idleScorer();
        scorer.clear();
        scorer.add(model, history, historyLength, excluded, excludedLength, filter);
        return answer(scorer, k);
    }

    /**
     * Does the same as {@link #topK}, among a few rows only: {@code only}, in any order, without duplicates.
     */
    public List<RowSelection.Pick> topKOf(int[] history, int historyLength, int[] only, int k) {
        Scorer scorer = idleScorer();
        scorer.clear();
        scorer.addOnly(model, history, historyLength, only, only.length);
        return answer(scorer, k);
    }

    /**
     * A question to the model about a user.
     *
     * @param history rows of the user's items; empty if the model knows none of them
     * @param selection rows that are allowed, without a limit per category
     */
    public record Question(HistoryRows history, RowSelection selection) {}

    /**
     * Finds the best next items of each question, with one pass over the item table if there are several.
     *
     * @param questions at most {@link Scorer#MAX_HISTORIES}
     * @return items of each question in the order of the questions, best first; none for a question without a history
     */
    public List<List<RowSelection.Pick>> answer(List<Question> questions, int k) {
        long asked = questions.stream()
                .filter(question -> question.history().size() > 0)
                .count();
        if (asked == 0) {
            return Collections.nCopies(questions.size(), List.of());
        }
        Queue<Scorer> idle = asked == 1 ? idleScorers : idleBatchScorers;
        Scorer scorer = asked == 1 ? idleScorer() : idleBatchScorer();
        TopKResults answers = new TopKResults();
        try {
            scorer.clear();
            for (Question question : questions) {
                if (question.history().size() > 0) {
                    question.selection().ask(scorer, model, question.history());
                }
            }
            scorer.answer(model, clusters.current(), k, answers);
        } finally {
            idle.add(scorer);
        }
        List<List<RowSelection.Pick>> picks = new ArrayList<>(questions.size());
        int history = 0;
        for (Question question : questions) {
            picks.add(question.history().size() == 0 ? List.of() : picks(answers, history++));
        }
        return picks;
    }

    private static List<RowSelection.Pick> picks(TopKResults answers, int history) {
        List<RowSelection.Pick> picks = new ArrayList<>(answers.size(history));
        for (int place = 0; place < answers.size(history); place++) {
            picks.add(new RowSelection.Pick(answers.row(history, place), answers.probability(history, place)));
        }
        return picks;
    }

    private List<RowSelection.Pick> answer(Scorer scorer, int k) {
        TopKResults answers = new TopKResults();
        try {
            scorer.answer(model, clusters.current(), k, answers);
        } finally {
            idleScorers.add(scorer);
        }
        return picks(answers, 0);
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
     * Computes the probability of some rows to be next after each of several histories, in one batch. The result is exact,
     * because the caller compares probabilities with and without an item of the history.
     *
     * @param histories at most {@link Scorer#MAX_HISTORIES}, each of at least one row
     * @param rows rows without duplicates
     * @return for each history the rows with their probabilities, the most probable first
     */
    public TopKResults probabilities(List<int[]> histories, int[] rows) {
        batches.acquireUninterruptibly();
        try {
            Scorer scorer = idleBatchScorer();
            try {
                scorer.clear();
                for (int[] history : histories) {
                    scorer.addOnly(model, history, history.length, rows, rows.length);
                }
                TopKResults answers = new TopKResults();
                scorer.answer(model, rows.length, answers);
                return answers;
            } finally {
                idleBatchScorers.add(scorer);
            }
        } finally {
            batches.release();
        }
    }

    /**
     * Finds the items that are most similar to the one in a row.
     *
     * @param filter accepts or rejects rows; the item itself is never returned
     * @return at most k rows with the cosines of their vectors with the item's, the most similar first
     */
    public List<RowSelection.Pick> similar(int row, RowFilter filter, int k) {
        int[] rows = new int[k];
        float[] cosines = new float[k];
        try (SimilarItems similar = new SimilarItems()) {
            int found = similar.topK(model, row, filter, k, rows, cosines);
            return IntStream.range(0, found)
                    .mapToObj(place -> new RowSelection.Pick(rows[place], cosines[place]))
                    .toList();
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
