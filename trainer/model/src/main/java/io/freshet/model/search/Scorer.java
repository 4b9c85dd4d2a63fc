package io.freshet.model.search;

import io.freshet.model.cooccurrence.CooccurrenceScores;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.ivf.IvfIndex;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the items that are most probably next after each history of a batch, in one pass over the item table for the
 * whole batch. Exact except for rounding, unless clusters of the items are given.
 *
 * <p>The mixture gives item v the probability {@code p(v) = a · exp(scale · s(v)) / Z + mass(v)}, where only the
 * items that the memory expects have a mass ({@link CooccurrenceScores}). All other items are ordered by the
 * network's scores, so the k best items are among the k highest-scoring of those others and the expected items.
 * {@code Z} sums over every score ({@link ItemScan}). That rules out a first pass over smaller vectors, which could
 * find the highest scores but not their sum. With clusters of the items, the highest scores are searched for in some
 * of the clusters, and {@code Z} is an estimate ({@link IvfSearch}).
 *
 * <p>If repeats are weighed, the probabilities of the items of the history are multiplied by the factors that the memory has
 * learned, and all probabilities are divided by {@code 1 + Σ (factor - 1) · p} over those items, so that they add up to 1
 * again. All other items keep their order, so the same candidates are enough.
 *
 * <p>Owns its scratch memory; an instance is used by one thread.
 */
public final class Scorer implements AutoCloseable {
    /** Maximum number of histories in a batch. */
    public static final int MAX_HISTORIES = ItemScan.QUERIES;

    private static final int PLACES = 1024;

    private final int d;
    private final HistoryEncoder encoder;
    private final ItemSearch search;
    private final SequenceBatch histories;
    private final CooccurrenceScores expectations = new CooccurrenceScores();
    private final List<SearchQuery> questions; // (histories)
    private final FloatBlock block;
    private final Matrix states; // (histories, d)
    private final TopRows best = new TopRows();
    private final TopKResults answers = new TopKResults();

    /** Creates a scorer for one history at a time, on the calling thread. */
    public Scorer(ModelConfig config) {
        this(config, 1, 1);
    }

    /**
     * Creates a scorer for several histories at once, or for threads that share a large table.
     *
     * @param maxHistories maximum number of histories in a batch
     * @param workers number of threads; does not affect the answers
     */
    public Scorer(ModelConfig config, int maxHistories, int workers) {
        if (maxHistories < 1 || maxHistories > MAX_HISTORIES) {
            throw new IllegalArgumentException(
                    "a scorer must take 1 to " + MAX_HISTORIES + " histories: maxHistories=" + maxHistories);
        }
        EncoderShape shape = config.encoder();
        int longest = shape.places(shape.maxLength());
        Products products = Products.forThisCpu();
        this.d = shape.dim();
        this.encoder = shape.serving(products, maxHistories == 1 ? longest : Math.max(PLACES, longest));
        this.search = new ItemSearch(d, products, workers);
        this.histories = new SequenceBatch(shape);
        this.questions = Stream.generate(SearchQuery::new).limit(maxHistories).toList();
        this.block = FloatBlock.zeros((long) maxHistories * d);
        this.states = Matrix.over(block.memory(), 0, d);
    }

    /**
     * Finds the best items after a history, best first; of items with equal probability, the lower row comes first.
     *
     * @param historyRows rows of the history, oldest first; at least one
     * @param excludedRows rows that must not be in the answer, in any order
     * @param k number of items wanted
     * @return the answer to history 0, valid until the next call
     */
    public TopKResults topK(RecommenderModel model, int[] historyRows, int[] excludedRows, int k) {
        clear();
        add(model, historyRows, historyRows.length, excludedRows, excludedRows.length);
        answer(model, k, answers);
        return answers;
    }

    /** Removes all histories from the batch. */
    public void clear() {
        histories.clear();
        expectations.clear();
    }

    /**
     * Adds a history to the batch.
     *
     * @param historyRows rows of the history, oldest first; at least one
     * @param excludedRows rows that must not be in the answer, in any order
     */
    public void add(
            RecommenderModel model, int[] historyRows, int historyLength, int[] excludedRows, int excludedLength) {
        add(model, historyRows, historyLength, excludedRows, excludedLength, RowFilter.ALL);
    }

    /**
     * Adds a history to the batch.
     *
     * @param historyRows rows of the history, oldest first; at least one
     * @param excludedRows rows that must not be in the answer, in any order
     * @param filter decides which of the other rows may be in the answer
     */
    public void add(
            RecommenderModel model,
            int[] historyRows,
            int historyLength,
            int[] excludedRows,
            int excludedLength,
            RowFilter filter) {
        next().begin(excludedRows, excludedLength, filter);
        addHistory(model, historyRows, historyLength);
    }

    /**
     * Adds a history to the batch, whose answer is limited to given rows. Only these are scored, but the normaliser
     * still sums over the whole table.
     *
     * @param historyRows rows of the history, oldest first; at least one
     * @param onlyRows the only rows that may be in the answer, in any order, each at most once and with an item
     */
    public void addOnly(RecommenderModel model, int[] historyRows, int historyLength, int[] onlyRows, int onlyLength) {
        next().beginOnly(onlyRows, onlyLength);
        addHistory(model, historyRows, historyLength);
    }

    private SearchQuery next() {
        int history = histories.sequences();
        if (history == questions.size()) {
            throw new IllegalArgumentException(
                    "there must not be more than maxHistories histories: maxHistories=" + questions.size());
        }
        return questions.get(history);
    }

    private void addHistory(RecommenderModel model, int[] rows, int length) {
        int history = histories.sequences();
        histories.addHistory(rows, 0, length);
        model.memory().expect(rows, 0, length, CooccurrenceScores.NO_TARGET, expectations);
        questions.get(history).expect(expectations, history);
    }

    /**
     * Answers the histories that were added since {@link #clear}, in that order.
     *
     * @param model the model, unchanged since the histories were added
     * @param k number of items wanted after each history
     */
    public void answer(RecommenderModel model, int k, TopKResults to) {
        answer(model, null, k, to);
    }

    /**
     * Answers the histories that were added since {@link #clear}, in that order.
     *
     * @param model the model, unchanged since the histories were added
     * @param clusters clusters of the model's items, to search some of them; null to look at all items
     * @param k number of items wanted after each history
     */
    public void answer(RecommenderModel model, @Nullable IvfIndex clusters, int k, TopKResults to) {
        answer(model, clusters, k, false, to);
    }

    /**
     * Answers the histories that were added since {@link #clear}, in that order.
     *
     * @param model the model, unchanged since the histories were added
     * @param clusters clusters of the model's items, to search some of them; null to look at all items
     * @param k number of items wanted after each history
     * @param weighsRepeats whether the items of a history have the probability of a repeat that the memory has learned
     */
    public void answer(
            RecommenderModel model, @Nullable IvfIndex clusters, int k, boolean weighsRepeats, TopKResults to) {
        if (k < 1) {
            throw new IllegalArgumentException("k must be positive: k=" + k);
        }
        encode(model);
        float scale = model.memory().networkScale();
        int count = histories.sequences();
        to.begin(count, k);
        if (count == 0) {
            return;
        }
        search.run(model.items(), clusters, new QueryBatch(states.rows(0, count), scale, questions, k));
        for (int history = 0; history < count; history++) {
            weigh(model.items(), scale, history, k, weighsRepeats);
            to.set(history, best);
        }
    }

    /**
     * Returns the encoder's state after a history (d), whose inner product with an item's vector is the item's score.
     * Removes the histories of the batch.
     *
     * @param historyRows rows of the history, oldest first; at least one
     */
    public float[] encode(RecommenderModel model, int[] historyRows, int historyLength) {
        clear();
        histories.addHistory(historyRows, 0, historyLength);
        encode(model);
        float[] state = new float[d];
        MemorySegment.copy(states.memory(), ValueLayout.JAVA_FLOAT_UNALIGNED, states.at(0), state, 0, d);
        clear();
        return state;
    }

    /** Encodes the histories, as many at a time as fit into the encoder. */
    private void encode(RecommenderModel model) {
        int first = 0;
        for (int last = 1; last <= histories.sequences(); last++) {
            boolean full = last == histories.sequences() || histories.places(first, last + 1) > encoder.capacity();
            if (full) {
                Matrix encoded = encoder.encode(histories, first, last, model.items(), model.dense());
                MemorySegment.copy(
                        encoded.memory(),
                        encoded.at(0),
                        states.memory(),
                        states.at(first),
                        (last - first) * states.strideBytes());
                first = last;
            }
        }
    }

    /**
     * Selects the best rows by the mixture's probability, among the network's best, or the only rows that may be
     * answered, and the rows that the memory expects.
     */
    private void weigh(RowTable items, float scale, int history, int k, boolean weighsRepeats) {
        SearchQuery question = questions.get(history);
        TopRows networkBest = search.best(history);
        double logZ = search.logNormalizer(history);
        double share = expectations.networkShare(history);
        double normalizer = weighsRepeats ? normalizer(items, scale, history, logZ) : 1;
        best.clear(k);
        while (networkBest.size() > 0) {
            best.offer(
                    networkBest.worstRow(),
                    share * StrictMath.exp(scale * networkBest.worstScore() - logZ) / normalizer);
            networkBest.removeWorst();
        }
        for (int place = 0; place < question.only().size(); place++) {
            int row = question.only().row(place);
            if (!question.expects(row)) {
                best.offer(row, share * network(items, row, scale, history, logZ) / normalizer);
            }
        }
        for (int place = expectations.start(history); place < expectations.end(history); place++) {
            int row = expectations.row(place);
            if (!question.excludes(row)) {
                double factor = weighsRepeats ? expectations.repeatFactor(place) : 1;
                double mixture = share * network(items, row, scale, history, logZ) + expectations.mass(place);
                best.offer(row, factor * mixture / normalizer);
            }
        }
    }

    /** Returns the sum of all probabilities after those of the history's items have been multiplied by their factors. */
    private double normalizer(RowTable items, float scale, int history, double logZ) {
        double share = expectations.networkShare(history);
        double others = 1;
        double repeats = 0;
        for (int place = expectations.start(history); place < expectations.end(history); place++) {
            if (expectations.isRepeat(place)) {
                double probability = share * network(items, expectations.row(place), scale, history, logZ)
                        + expectations.mass(place);
                others -= probability;
                repeats += expectations.repeatFactor(place) * probability;
            }
        }
        return Math.max(0, others)
                + repeats; // logZ may be an estimate, with which the history's probabilities exceed 1
    }

    /** Returns the probability of a row in the network's distribution. */
    private double network(RowTable items, int row, float scale, int history, double logZ) {
        return StrictMath.exp((double) scale * score(items, row, history) - logZ);
    }

    private float score(RowTable items, int row, int history) {
        return Rows.dot(items.memory(row), items.at(row), states.memory(), states.at(history), d);
    }

    @Override
    public void close() {
        encoder.close();
        search.close();
        block.close();
    }
}
