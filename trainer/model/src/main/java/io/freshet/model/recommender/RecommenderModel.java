package io.freshet.model.recommender;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.cooccurrence.CooccurrenceModel;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.RowTable;
import io.freshet.store.modellog.Eviction;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.vocabulary.Vocabulary;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The complete state that determines answers: the vocabulary, an item vector for each of its rows, the encoder's
 * parameters, the co-occurrence memory, and the step up to which all of them were learned.
 *
 * <p>One thread changes the model, by training or by applying deltas; many threads may read it while it does not
 * change. Owns its off-heap memory.
 */
public final class RecommenderModel implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /**
     * Length of the part of a new item's vector that points to the items before it, as a share of the length of a random
     * vector. The squares of the two shares sum to one, so that the whole vector is about as long as a random one.
     */
    private static final double KNOWN_SHARE = Math.sqrt(.8);

    private static final double RANDOM_SHARE = Math.sqrt(.2);
    private static final int[] NO_ROWS = {};

    private final ModelConfig config;
    private final ParameterLayout layout;
    private final Vocabulary vocabulary;
    private final RowTable items; // (vocabulary, d)
    private final FloatBlock dense; // (layout.size())
    private final CooccurrenceModel memory;
    private long step;
    private long lineage = Manifest.NO_LINEAGE;

    /** Creates a model at {@code step} with a row for each item of the vocabulary and all weights zero. */
    RecommenderModel(ModelConfig config, Vocabulary vocabulary, CooccurrenceModel memory, long step) {
        this.config = config;
        this.layout = config.encoder().layout();
        this.vocabulary = vocabulary;
        this.items = new RowTable(config.encoder().dim());
        this.items.growTo(vocabulary.size());
        markGaps(0);
        this.dense = FloatBlock.zeros(layout.size());
        this.memory = memory;
        this.step = step;
    }

    /** Returns a model at step 0 without items, with initial parameters, and without a co-occurrence memory. */
    public static RecommenderModel initial(ModelConfig config) {
        return initial(config, CooccurrenceConfig.OFF);
    }

    /** Returns a model at step 0 without items, with initial parameters and an empty co-occurrence memory. */
    public static RecommenderModel initial(ModelConfig config, CooccurrenceConfig memory) {
        RecommenderModel model = new RecommenderModel(config, new Vocabulary(), new CooccurrenceModel(memory), 0);
        config.encoder().initialize(config.seed(), model.dense.memory());
        return model;
    }

    public ModelConfig config() {
        return config;
    }

    /** Returns the layout of {@link #dense}. */
    public ParameterLayout layout() {
        return layout;
    }

    /** Returns the items by row. To add an item, call {@link #addIfAbsent}. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** Returns the item vectors (vocabulary, d). */
    public RowTable items() {
        return items;
    }

    /** Returns the encoder's parameters in one flat block, laid out by {@link #layout}. */
    public MemorySegment dense() {
        return dense.memory();
    }

    /**
     * Returns the co-occurrence memory beside the network. To let it observe a click, call {@code ModelChanges.observe}.
     */
    public CooccurrenceModel memory() {
        return memory;
    }

    /** Returns the number of floats in {@link #dense}. */
    public int denseSize() {
        return layout.size();
    }

    /** Returns the width of an item's vector. */
    public int dim() {
        return config.encoder().dim();
    }

    /** Returns the number of steps learned. */
    public long step() {
        return step;
    }

    /** Returns the lineage of the weights. A delta of another lineage does not fit ({@link Manifest#lineage}). */
    public long lineage() {
        return lineage;
    }

    /** Declares that the current weights belong to a lineage. */
    public void joinLineage(long joined) {
        lineage = joined;
    }

    /** Declares that the model has now learned everything up to step {@code completed}. */
    public void completeStep(long completed) {
        step = completed;
    }

    private void markGaps(int fromRow) {
        for (int row = fromRow; row < vocabulary.size(); row++) {
            if (!vocabulary.isTaken(row)) {
                items.clear(row);
            }
        }
    }

    /**
     * Returns the row of an item, which is added if it is new. The vector of a new item is a function of the seed and
     * the item's id, so that it does not depend on when the item was added.
     */
    public int addIfAbsent(String itemId) {
        return addIfAbsent(itemId, NO_ROWS, 0);
    }

    /**
     * Returns the row of an item, which is added if it is new. The vector of a new item points mostly to the items before
     * it: it is the sum of the mean of their vectors, weighted by 1 / distance and scaled, and of the scaled vector that the
     * item would have without them. It has the same bits on every CPU.
     *
     * @param before rows of the items before the new one, oldest first; no row is free
     * @param size number of rows in {@code before}; 0 for a vector that depends only on the seed and the item's id
     */
    public int addIfAbsent(String itemId, int[] before, int size) {
        int known = vocabulary.rowOf(itemId);
        if (known != Vocabulary.NOT_FOUND) {
            return known;
        }
        int row = vocabulary.addIfAbsent(itemId);
        items.growTo(vocabulary.size());
        items.use(row);
        initializeRow(itemId, row);
        pointTo(before, size, row);
        return row;
    }

    /**
     * Evicts items. Their rows become free for other items, and are zero until then. To publish the eviction, call
     * {@code Learner.evict} instead.
     */
    public void evict(List<Integer> rows) {
        rows.forEach(this::free);
        memory.forget(rows);
    }

    private void free(int row) {
        vocabulary.remove(row);
        items.clear(row);
    }

    private void initializeRow(String itemId, int row) {
        long hash = CounterRandom.hash(itemId);
        MemorySegment memory = items.memory(row);
        for (int c = 0; c < dim(); c++) {
            float normal = CounterRandom.normal(config.seed(), hash, Purpose.ITEM_ROW, c);
            memory.set(FLOAT, items.at(row) + (long) c * Float.BYTES, config.itemDeviation() * normal);
        }
    }

    /** Turns the random vector of a new row towards the vectors of other rows, in plain arithmetic of one order. */
    private void pointTo(int[] others, int size, int row) {
        double[] sum = new double[dim()];
        for (int i = 0; i < size; i++) {
            MemorySegment memory = items.memory(others[i]);
            long at = items.at(others[i]);
            for (int c = 0; c < sum.length; c++) {
                sum[c] += memory.get(FLOAT, at + (long) c * Float.BYTES) / (double) (size - i);
            }
        }
        double squares = 0;
        for (double coordinate : sum) {
            squares += coordinate * coordinate;
        }
        double scale = KNOWN_SHARE * config.itemDeviation() * Math.sqrt(sum.length / squares);
        if (!(squares > 0 && Double.isFinite(scale))) {
            return;
        }
        MemorySegment memory = items.memory(row);
        for (int c = 0; c < sum.length; c++) {
            long at = items.at(row) + (long) c * Float.BYTES;
            memory.set(FLOAT, at, (float) (scale * sum[c] + RANDOM_SHARE * memory.get(FLOAT, at)));
        }
    }

    /**
     * Applies a whole delta. Parameters that the delta does not have stay as they are. If the delta is rejected, the
     * model does not change.
     *
     * @param parts all parts of the delta, in order
     * @throws IllegalArgumentException if the delta does not fit this model, or holds a number that is not finite
     */
    public void apply(List<ModelDelta> parts) {
        requireFits(parts);
        ModelDelta head = parts.getFirst();
        applyItems(head);
        MemorySegment.copy(head.dense(), 0, dense(), FLOAT, 0, head.dense().length);
        parts.forEach(this::applyRows);
        memory.apply(head, step);
        step = Math.max(step, head.toStep());
    }

    /**
     * Replaces what this model has learned since a base by the changes of a delta. Afterwards it equals the base, to which
     * the delta has been applied.
     *
     * @param base model that this one was equal to before it learned {@code learned}, after {@code applied}
     * @param learned all changes of this model since it was equal to the base
     * @param applied the only part of the delta that the base has applied, which has new items in the rows that the base has
     *     for them
     */
    public void rebase(RecommenderModel base, ModelDelta learned, ModelDelta applied) {
        for (int row : learned.newItemRows()) {
            free(row);
        }
        applyItems(applied);
        for (int row : learned.rows()) {
            if (row < base.items.rows()) {
                MemorySegment.copy(
                        base.items.memory(row), base.items.at(row), items.memory(row), items.at(row), items.rowBytes());
            }
        }
        applyRows(applied);
        MemorySegment.copy(applied.dense(), 0, dense(), FLOAT, 0, applied.dense().length);
        memory.copyFrom(
                base.memory,
                IntStream.concat(
                                Arrays.stream(learned.memory().rows()),
                                Arrays.stream(applied.memory().rows()))
                        .toArray());
        step = base.step;
    }

    /**
     * Checks that {@link #apply} would accept a delta. Changes nothing.
     *
     * @param parts all parts of the delta, in order
     * @throws IllegalArgumentException if the delta does not fit this model, or holds a number that is not finite
     */
    public void requireFits(List<ModelDelta> parts) {
        ModelDelta head = parts.getFirst();
        if (head.part() != 0 || parts.size() != head.parts() || head.fromStep() > step || head.dim() != dim()) {
            throw new IllegalArgumentException("a delta must be complete, of the model's dim, and begin no later than"
                    + " its step: step=" + step + ", dim=" + dim() + ", parts=" + parts.size() + ", delta=" + head);
        }
        if (head.lineage() != lineage) {
            throw new IllegalArgumentException(
                    "a delta must be of the model's lineage: model's=" + lineage + ", delta=" + head);
        }
        boolean denseFits = head.dense().length == 0 || head.dense().length == denseSize();
        if (head.vocabularyRows() < vocabulary.size() || !denseFits) {
            throw new IllegalArgumentException("a delta must fit the model's shape: rows=" + vocabulary.size()
                    + ", denseSize=" + denseSize() + ", delta=" + head);
        }
        for (ModelDelta part : parts) {
            if (part.dim() != head.dim() || part.vocabularyRows() != head.vocabularyRows()) {
                throw new IllegalArgumentException("parts of a delta must have the same dim and vocabularyRows:"
                        + " first part=" + head + ", part=" + part);
            }
            requireFinite(part);
        }
        requireMemoryFits(head);
        requireItemsFit(head);
    }

    private static void requireFinite(ModelDelta part) {
        Optional<String> other = part.firstNonFinite();
        if (other.isPresent()) {
            throw new IllegalArgumentException("a delta must hold finite numbers: " + other.get() + ", delta=" + part);
        }
    }

    /** Requires of each new item that its row is free, or is freed by the delta, and that it has no other row. */
    private void requireItemsFit(ModelDelta head) {
        BitSet freed = new BitSet();
        head.evictions().forEach(eviction -> eviction.rows().forEach(freed::set));
        for (int i = 0; i < head.newItemRows().length; i++) {
            int row = head.newItemRows()[i];
            String item = head.newItems().get(i);
            int known = vocabulary.rowOf(item);
            boolean isElsewhere = known != Vocabulary.NOT_FOUND && known != row && !freed.get(known);
            boolean isTakenByAnother = known != row && vocabulary.isTaken(row) && !freed.get(row);
            if (isElsewhere || isTakenByAnother) {
                throw new IllegalArgumentException("a new item must have a free row and no other row: row=" + row
                        + ", item=" + item + ", its row=" + known + ", delta=" + head);
            }
        }
    }

    private void requireMemoryFits(ModelDelta head) {
        boolean told = head.memory().clicksOfStep().length > 0;
        boolean whole = !told || CooccurrenceModel.isMixture(head.memory().mixture());
        boolean known = Arrays.stream(head.memory().rows()).allMatch(row -> row < head.vocabularyRows());
        if (told != memory.config().isOn() || !whole || !known) {
            throw new IllegalArgumentException(
                    "a delta must fit the model's memory: memory=" + memory.config() + ", delta=" + head);
        }
    }

    /**
     * Applies evictions and new items. A model that is already past some of the delta's steps may hold some of its new
     * items already; they get the same rows again.
     */
    private void applyItems(ModelDelta head) {
        for (Eviction eviction : head.evictions()) {
            eviction.rows().stream().filter(vocabulary::isTaken).forEach(this::free);
        }
        int before = vocabulary.size();
        for (int i = 0; i < head.newItemRows().length; i++) {
            int row = head.newItemRows()[i];
            String item = head.newItems().get(i);
            if (vocabulary.rowOf(item) != row) {
                vocabulary.put(row, item);
            }
        }
        vocabulary.growTo(head.vocabularyRows());
        items.growTo(vocabulary.size());
        markGaps(before);
        for (int row : head.newItemRows()) {
            items.use(row);
        }
    }

    private void applyRows(ModelDelta delta) {
        for (int i = 0; i < delta.rows().length; i++) {
            int row = delta.rows()[i];
            MemorySegment.copy(delta.rowValues(), i * dim(), items.memory(row), FLOAT, items.at(row), dim());
        }
    }

    @Override
    public void close() {
        items.close();
        dense.close();
    }
}
