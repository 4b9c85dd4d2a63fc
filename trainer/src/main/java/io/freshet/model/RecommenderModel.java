package io.freshet.model;

import io.freshet.delta.Eviction;
import io.freshet.delta.ModelDelta;
import io.freshet.encoder.ParameterLayout;
import io.freshet.memory.ClickMemory;
import io.freshet.memory.MemoryConfig;
import io.freshet.sampling.CounterRandom;
import io.freshet.sampling.CounterRandom.Purpose;
import io.freshet.snapshot.Manifest;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.RowTable;
import io.freshet.vocabulary.Vocabulary;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Everything that answers depend on: the vocabulary, an item vector for each of its rows, the encoder's parameters, the
 * memory beside them, and the step after which they stand so.
 *
 * <p>One thread changes it, by learning or by applying deltas; many may read while it does not. It owns its memory
 * outside the heap.
 */
public final class RecommenderModel implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final ModelConfig config;
    private final ParameterLayout layout;
    private final Vocabulary vocabulary;
    private final RowTable items; // (vocabulary, d)
    private final FloatBlock dense; // (layout.size())
    private final ClickMemory memory;
    private long step;
    private long lineage = Manifest.NO_LINEAGE;

    /** A model at {@code step} whose weights are still zero, with a row for each item of the vocabulary. */
    RecommenderModel(ModelConfig config, Vocabulary vocabulary, ClickMemory memory, long step) {
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

    /** The model at step 0: no items, fresh parameters, and no memory ever. */
    public static RecommenderModel initial(ModelConfig config) {
        return initial(config, MemoryConfig.OFF);
    }

    /** The model at step 0: no items, fresh parameters, a memory of nothing. */
    public static RecommenderModel initial(ModelConfig config, MemoryConfig memory) {
        RecommenderModel model = new RecommenderModel(config, new Vocabulary(), new ClickMemory(memory), 0);
        config.encoder().initialize(config.seed(), model.dense.memory());
        return model;
    }

    public ModelConfig config() {
        return config;
    }

    public ParameterLayout layout() {
        return layout;
    }

    /** The items by row. To add one, call {@link #addIfAbsent}. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** The item vectors (vocabulary, d). */
    public RowTable items() {
        return items;
    }

    /** The encoder's parameters, flat, laid out by {@link #layout}. */
    public MemorySegment dense() {
        return dense.memory();
    }

    /** What is known of clicks beside the network. To let it observe one, call {@link ModelChanges#observe}. */
    public ClickMemory memory() {
        return memory;
    }

    /** Floats in {@link #dense}. */
    public int denseSize() {
        return layout.size();
    }

    /** Width of an item's vector. */
    public int dim() {
        return config.encoder().dim();
    }

    /** Steps learned. */
    public long step() {
        return step;
    }

    /** The lineage that the weights belong to; a delta of another one does not fit ({@link Manifest#lineage}). */
    public long lineage() {
        return lineage;
    }

    /** Says that the weights, as they are, belong to this lineage. */
    public void joinLineage(long joined) {
        lineage = joined;
    }

    /** Says that what was learned up to now is this step. */
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
     * The item's row; a new item's vector is a function of the seed and its id, so that it does not matter when it came.
     */
    public int addIfAbsent(String itemId) {
        int known = vocabulary.rowOf(itemId);
        if (known != Vocabulary.NOT_FOUND) {
            return known;
        }
        int row = vocabulary.addIfAbsent(itemId);
        items.growTo(vocabulary.size());
        items.use(row);
        initializeRow(itemId, row);
        return row;
    }

    /**
     * Forgets items. Their rows are free for others, and zero until one comes. To have it published, call {@link
     * Learner#evict}.
     */
    void evict(List<Integer> rows) {
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

    /**
     * Applies a whole delta. One that is refused changes nothing.
     *
     * @param parts all its parts, in order
     * @throws IllegalArgumentException if the delta does not fit this model, or holds a number that is not finite
     */
    public void apply(List<ModelDelta> parts) {
        requireFits(parts);
        ModelDelta head = parts.getFirst();
        applyItems(head);
        MemorySegment.copy(head.dense(), 0, dense(), FLOAT, 0, denseSize());
        parts.forEach(this::applyRows);
        memory.apply(head, step);
        step = Math.max(step, head.toStep());
    }

    /**
     * Looks whether {@link #apply} would take a delta, and changes nothing.
     *
     * @param parts all its parts, in order
     * @throws IllegalArgumentException if the delta does not fit this model, or holds a number that is not finite
     */
    public void requireFits(List<ModelDelta> parts) {
        ModelDelta head = parts.getFirst();
        if (head.part() != 0 || parts.size() != head.parts() || head.fromStep() > step || head.dim() != dim()) {
            throw new IllegalArgumentException("a delta must be whole and follow the model's step: step=" + step
                    + ", dim=" + dim() + ", parts=" + parts.size() + ", delta=" + head);
        }
        if (head.lineage() != lineage) {
            throw new IllegalArgumentException(
                    "a delta must be of the model's lineage: model's=" + lineage + ", delta=" + head);
        }
        if (head.vocabularyRows() < vocabulary.size() || head.dense().length != denseSize()) {
            throw new IllegalArgumentException("a delta must fit the model's shape: rows=" + vocabulary.size()
                    + ", denseSize=" + denseSize() + ", delta=" + head);
        }
        for (ModelDelta part : parts) {
            if (part.dim() != head.dim() || part.vocabularyRows() != head.vocabularyRows()) {
                throw new IllegalArgumentException(
                        "parts of a delta must be alike: first part=" + head + ", part=" + part);
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

    /** A new item needs a row that is free, or becomes free by the delta, and no other row. */
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
                throw new IllegalArgumentException("a row must be free and its item new: row=" + row + ", item=" + item
                        + ", its row=" + known + ", delta=" + head);
            }
        }
    }

    private void requireMemoryFits(ModelDelta head) {
        boolean told = head.memory().clicksOfStep().length > 0;
        boolean whole = !told || head.memory().mixture().length == memory.mixture().length;
        boolean known = Arrays.stream(head.memory().rows()).allMatch(row -> row < head.vocabularyRows());
        if (told != memory.config().isOn() || !whole || !known) {
            throw new IllegalArgumentException(
                    "a delta must fit the model's memory: memory=" + memory.config() + ", delta=" + head);
        }
    }

    /** A model that is past the delta's first steps may have had their new items already, and has them again. */
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
