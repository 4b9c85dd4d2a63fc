package io.freshet.model;

import io.freshet.delta.ModelDelta;
import io.freshet.encoder.SasRec;
import io.freshet.encoder.SasRecLayout;
import io.freshet.memory.ClickMemory;
import io.freshet.memory.MemoryConfig;
import io.freshet.sampling.CounterRandom;
import io.freshet.sampling.CounterRandom.Purpose;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.RowTable;
import io.freshet.vocabulary.Vocabulary;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

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
    private final SasRecLayout layout;
    private final Vocabulary vocabulary;
    private final RowTable items; // (vocabulary, d)
    private final FloatBlock dense; // (layout.size())
    private final ClickMemory memory;
    private long step;

    /** A model at {@code step} whose weights are still zero, with a row for each item of the vocabulary. */
    RecommenderModel(ModelConfig config, Vocabulary vocabulary, ClickMemory memory, long step) {
        this.config = config;
        this.layout = new SasRecLayout(config.encoder());
        this.vocabulary = vocabulary;
        this.items = new RowTable(config.encoder().dim());
        this.items.growTo(vocabulary.size());
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
        SasRec.initialize(model.layout, config.seed(), model.dense.memory());
        return model;
    }

    public ModelConfig config() {
        return config;
    }

    public SasRecLayout layout() {
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

    /** Says that what was learned up to now is this step. */
    public void completeStep(long completed) {
        step = completed;
    }

    /**
     * The item's row; a new item's vector is a function of the seed and its id, so that it does not matter when it came.
     */
    public int addIfAbsent(String itemId) {
        int known = vocabulary.size();
        int row = vocabulary.addIfAbsent(itemId);
        if (row == known) {
            items.growTo(known + 1);
            initializeRow(itemId, row);
        }
        return row;
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
     * Applies a whole delta.
     *
     * @param parts all its parts, in order
     * @throws IllegalArgumentException if the delta does not fit this model
     */
    public void apply(List<ModelDelta> parts) {
        ModelDelta head = parts.getFirst();
        if (head.part() != 0 || parts.size() != head.parts() || head.fromStep() > step || head.dim() != dim()) {
            throw new IllegalArgumentException("a delta must be whole and follow the model's step: step=" + step
                    + ", dim=" + dim() + ", parts=" + parts.size() + ", delta=" + head);
        }
        if (head.firstNewRow() > vocabulary.size() || head.dense().length != denseSize()) {
            throw new IllegalArgumentException("a delta must fit the model's shape: items=" + vocabulary.size()
                    + ", denseSize=" + denseSize() + ", delta=" + head);
        }
        requireMemoryFits(head);
        head.newItems().forEach(vocabulary::addIfAbsent);
        items.growTo(vocabulary.size());
        MemorySegment.copy(head.dense(), 0, dense(), FLOAT, 0, denseSize());
        parts.forEach(this::applyRows);
        memory.apply(head.memory(), Math.toIntExact(step - head.fromStep()));
        step = Math.max(step, head.toStep());
    }

    private void requireMemoryFits(ModelDelta head) {
        int items = head.firstNewRow() + head.newItems().size();
        boolean told = head.memory().clicksOfStep().length > 0;
        boolean known = Arrays.stream(head.memory().rows()).allMatch(row -> row < items);
        if (told != memory.config().isOn() || !known) {
            throw new IllegalArgumentException("a delta must fit the model's memory: memory=" + memory.config()
                    + ", items=" + items + ", delta=" + head);
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
