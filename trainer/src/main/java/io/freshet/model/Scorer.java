package io.freshet.model;

import io.freshet.clustering.ItemClusters;
import io.freshet.encoder.EncoderShape;
import io.freshet.encoder.HistoryEncoder;
import io.freshet.encoder.SequenceBatch;
import io.freshet.memory.Expectations;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.Rows;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Answers histories with the items that are most probably next, by one pass over the item table for all histories that it
 * is asked at once. Exact but for rounding, unless clusters of the items are given.
 *
 * <p>The mixture gives item v the probability {@code p(v) = a · exp(scale · s(v)) / Z + mass(v)}, where only those that
 * the memory expects have a mass ({@link Expectations}). Among all others the order is that of the network's scores, so
 * that the k best are among the k of the highest scores of those others, and those expected. {@code Z} takes every score
 * ({@link ItemScan}): hence no pass over smaller vectors first, which could tell the highest scores but not their sum. With
 * clusters of the items the highest scores are looked for in some of them, and {@code Z} is an estimate ({@link ClusterScan}).
 *
 * <p>Owns its scratch: one instance a thread.
 */
public final class Scorer implements AutoCloseable {
    /** The most histories at once. */
    public static final int MAX_HISTORIES = ItemScan.QUERIES;

    private static final int PLACES = 1024;

    private final int d;
    private final HistoryEncoder encoder;
    private final ItemSearch search;
    private final SequenceBatch histories;
    private final Expectations expectations = new Expectations();
    private final Question[] questions; // (histories)
    private final FloatBlock block;
    private final Matrix states; // (histories, d)
    private final TopRows best = new TopRows();
    private final Answers answers = new Answers();

    /** For one history at a time, on the calling thread. */
    public Scorer(ModelConfig config) {
        this(config, 1, 1);
    }

    /**
     * For several histories at once, or threads that share a large table.
     *
     * @param maxHistories at once
     * @param workers threads; answers do not depend on how many
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
        this.questions = new Question[maxHistories];
        for (int i = 0; i < maxHistories; i++) {
            questions[i] = new Question();
        }
        this.block = FloatBlock.zeros((long) maxHistories * d);
        this.states = Matrix.over(block.memory(), 0, d);
    }

    /**
     * The best items after a history, best first; of equal ones the lower row.
     *
     * @param historyRows the history's rows, oldest first; at least one
     * @param excludedRows rows that must not be answered, in any order
     * @param k how many are wanted
     * @param rows receives the rows (k)
     * @param probabilities receives how probably each is next (k)
     * @return how many there are, less than {@code k} only if the model has no more
     */
    public int topK(
            RecommenderModel model,
            int[] historyRows,
            int historyLength,
            int[] excludedRows,
            int excludedLength,
            int k,
            int[] rows,
            float[] probabilities) {
        clear();
        add(model, historyRows, historyLength, excludedRows, excludedLength);
        answer(model, k, answers);
        for (int place = 0; place < answers.size(0); place++) {
            rows[place] = answers.row(0, place);
            probabilities[place] = answers.probability(0, place);
        }
        return answers.size(0);
    }

    /** Forgets what was asked. */
    public void clear() {
        histories.clear();
        expectations.clear();
    }

    /**
     * Asks what comes after a history.
     *
     * @param historyRows the history's rows, oldest first; at least one
     * @param excludedRows rows that must not be answered, in any order
     */
    public void add(
            RecommenderModel model, int[] historyRows, int historyLength, int[] excludedRows, int excludedLength) {
        add(model, historyRows, historyLength, excludedRows, excludedLength, RowFilter.ALL);
    }

    /**
     * Asks what comes after a history.
     *
     * @param historyRows the history's rows, oldest first; at least one
     * @param excludedRows rows that must not be answered, in any order
     * @param filter says which of the others may be answered
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
     * Asks how probably each of some rows comes after a history. They alone are scored, but for the normaliser, which
     * takes the whole table.
     *
     * @param historyRows the history's rows, oldest first; at least one
     * @param onlyRows the only rows that may be answered, in any order, each once and with an item
     */
    public void addOnly(RecommenderModel model, int[] historyRows, int historyLength, int[] onlyRows, int onlyLength) {
        next().beginOnly(onlyRows, onlyLength);
        addHistory(model, historyRows, historyLength);
    }

    private Question next() {
        int history = histories.sequences();
        if (history == questions.length) {
            throw new IllegalArgumentException(
                    "there must not be more histories than was said: maxHistories=" + questions.length);
        }
        return questions[history];
    }

    private void addHistory(RecommenderModel model, int[] rows, int length) {
        int history = histories.sequences();
        histories.addHistory(rows, 0, length);
        model.memory().expect(rows, 0, length, Expectations.NO_TARGET, expectations);
        questions[history].expect(expectations, history);
    }

    /**
     * Answers what was asked since {@link #clear}, in that order.
     *
     * @param model as it was when it was asked
     * @param k how many items are wanted after each history
     */
    public void answer(RecommenderModel model, int k, Answers to) {
        answer(model, null, k, to);
    }

    /**
     * Answers what was asked since {@link #clear}, in that order.
     *
     * @param model as it was when it was asked
     * @param clusters of the model's items, to look for the best in some of them; null to look at all items
     * @param k how many items are wanted after each history
     */
    public void answer(RecommenderModel model, @Nullable ItemClusters clusters, int k, Answers to) {
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
        search.run(model.items(), clusters, states, count, scale, questions, k);
        for (int history = 0; history < count; history++) {
            weigh(model.items(), scale, history, k);
            to.set(history, best);
        }
    }

    /** Encodes as many histories at a time as fit into the encoder. */
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

    /** Weighs the network's best, or the only rows that may be answered, and what the memory expects against each other. */
    private void weigh(RowTable items, float scale, int history, int k) {
        Question question = questions[history];
        TopRows networkBest = search.best(history);
        double logZ = search.logNormalizer(history);
        double share = expectations.networkShare(history);
        best.clear(k);
        while (networkBest.size() > 0) {
            best.offer(networkBest.worstRow(), share * StrictMath.exp(scale * networkBest.worstScore() - logZ));
            networkBest.removeWorst();
        }
        for (int place = 0; place < question.only().size(); place++) {
            int row = question.only().row(place);
            if (!question.expects(row)) {
                best.offer(row, share * StrictMath.exp((double) scale * score(items, row, history) - logZ));
            }
        }
        for (int place = expectations.start(history); place < expectations.end(history); place++) {
            int row = expectations.row(place);
            if (!question.excludes(row)) {
                double network = share * StrictMath.exp((double) scale * score(items, row, history) - logZ);
                best.offer(row, network + expectations.mass(place));
            }
        }
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
