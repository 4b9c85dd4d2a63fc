package io.freshet.service.serving;

import io.freshet.client.item.CatalogueItem;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.search.ModelIvfIndex;
import io.freshet.model.search.Scorer;
import io.freshet.model.search.SimilarItems;
import io.freshet.model.search.TopKResults;
import io.freshet.model.tensor.RowTable;
import io.freshet.service.catalogue.CatalogueRows;
import io.freshet.service.catalogue.ContentMap;
import io.freshet.service.catalogue.ItemCatalogue;
import io.freshet.store.Snapshot;
import io.freshet.store.modellog.Eviction;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.sequence.HistoryRows;
import io.freshet.store.vocabulary.Vocabulary;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
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
    private volatile @Nullable ContentMap contentMap;

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
     * A question to the model about a user.
     *
     * @param history rows of the user's items; empty if the model knows none of them
     * @param selection decides which rows are allowed, and receives the answer; without rows if there is no history
     */
    public record Question(HistoryRows history, RowSelection selection) {
        private boolean isOpen() {
            return history.size() > 0 && selection.isOpen();
        }
    }

    /**
     * Finds the best next items of each question, with one pass over the item table for all questions. Questions whose
     * selection needs another search are searched again, together.
     *
     * @param questions at most {@link Scorer#MAX_HISTORIES}
     * @param weighsRepeats whether items of a history have the probability of a repeat that the model has learned
     */
    public void answer(List<Question> questions, boolean weighsRepeats) {
        List<Question> open = questions.stream().filter(Question::isOpen).toList();
        while (!open.isEmpty()) {
            search(open, weighsRepeats);
            open = open.stream().filter(Question::isOpen).toList();
        }
    }

    private void search(List<Question> questions, boolean weighsRepeats) {
        int depth = 0;
        Queue<Scorer> idle = questions.size() == 1 ? idleScorers : idleBatchScorers;
        Scorer scorer = questions.size() == 1 ? idleScorer() : idleBatchScorer();
        TopKResults found = new TopKResults();
        try {
            scorer.clear();
            for (Question question : questions) {
                question.selection().ask(scorer, model, question.history());
                depth = Math.max(depth, question.selection().depth());
            }
            scorer.answer(model, clusters.current(), depth, weighsRepeats, found);
        } finally {
            idle.add(scorer);
        }
        for (int i = 0; i < questions.size(); i++) {
            List<ScoredRow> rows = new ArrayList<>(found.size(i));
            for (int place = 0; place < found.size(i); place++) {
                rows.add(new ScoredRow(found.row(i, place), found.probability(i, place)));
            }
            questions.get(i).selection().take(rows, depth);
        }
    }

    /** Chooses the items whose vectors have the smallest angles to the one in a row. The item itself is left out. */
    public void similar(int row, RowSelection selection) {
        try (SimilarItems similar = new SimilarItems()) {
            while (selection.isOpen()) {
                int depth = selection.depth();
                int[] rows = new int[depth];
                float[] cosines = new float[depth];
                int count = similar.topK(model, row, selection::allows, depth, rows, cosines);
                List<ScoredRow> found = new ArrayList<>(count);
                for (int place = 0; place < count; place++) {
                    found.add(new ScoredRow(rows[place], cosines[place]));
                }
                selection.take(found, depth);
            }
        }
    }

    /** Adds an item's vector to the examples, if there is an item in the row that can be one. */
    void addExample(int row, ContentMap.Examples examples) {
        if (vocabulary.isTaken(row) && examples.accepts(vocabulary.itemAt(row))) {
            RowTable items = model.items();
            float[] vector = new float[model.dim()];
            MemorySegment.copy(
                    items.memory(row), ValueLayout.JAVA_FLOAT_UNALIGNED, items.at(row), vector, 0, vector.length);
            examples.add(vocabulary.itemAt(row), vector);
        }
    }

    /** Returns the encoder's state after a history of at least one item, whose product with an item's vector is its score. */
    public float[] encode(HistoryRows history) {
        Scorer scorer = idleScorer();
        try {
            return scorer.encode(model, history.rows(), history.size());
        } finally {
            idleScorers.add(scorer);
        }
    }

    /** Returns the newest map from contents of items to their vectors, or null if there is none. */
    public @Nullable ContentMap contentMap() {
        return contentMap;
    }

    void setContentMap(ContentMap map) {
        contentMap = map;
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
     * @param weighsRepeats whether items of a history have the probability of a repeat that the model has learned
     * @return for each history the rows with their probabilities, the most probable first
     */
    public TopKResults probabilities(List<int[]> histories, int[] rows, boolean weighsRepeats) {
        batches.acquireUninterruptibly();
        try {
            Scorer scorer = idleBatchScorer();
            try {
                scorer.clear();
                for (int[] history : histories) {
                    scorer.addOnly(model, history, history.length, rows, rows.length);
                }
                TopKResults answers = new TopKResults();
                scorer.answer(model, null, rows.length, weighsRepeats, answers);
                return answers;
            } finally {
                idleBatchScorers.add(scorer);
            }
        } finally {
            batches.release();
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
