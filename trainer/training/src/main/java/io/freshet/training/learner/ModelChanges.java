package io.freshet.training.learner;

import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.Eviction;
import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Tracks which rows of a model have changed since the last delta was taken, and which clicks its memory has observed.
 * Not thread-safe.
 */
public final class ModelChanges {
    /**
     * Default limit of the number of rows of observed clicks: some 12,000 clicks, which a busy stream brings in
     * seconds, in half a megabyte.
     */
    private static final int MAX_OBSERVED_ROWS = 1 << 17;

    private final int maxObservedRows;
    private final BitSet rows = new BitSet();
    private final MemoryLog observed = new MemoryLog();
    private final BitSet newItems = new BitSet(); // rows
    private final List<Eviction> evictions = new ArrayList<>();
    private long fromStep;

    /** Starts without changes, at the model's current state. */
    ModelChanges(RecommenderModel model) {
        this(model, MAX_OBSERVED_ROWS);
    }

    /** @param maxObservedRows rows of observed clicks above which changes that have not been taken are discarded */
    ModelChanges(RecommenderModel model, int maxObservedRows) {
        this.maxObservedRows = maxObservedRows;
        restartFrom(model);
    }

    /** Discards all changes. Readers that apply deltas must have the model's current state. */
    public void restartFrom(RecommenderModel model) {
        rows.clear();
        newItems.clear();
        evictions.clear();
        fromStep = model.step();
        observed.restartFrom(fromStep);
    }

    /**
     * Marks the beginning of a step. If no delta has been taken for so long that the next one would be too large, all
     * changes are discarded. The next delta then starts here, and readers at an earlier step go back to a snapshot.
     */
    public void beginStep(RecommenderModel model) {
        if (observed.size() > maxObservedRows) {
            restartFrom(model);
        }
    }

    void add(int row) {
        rows.set(row);
    }

    void addItem(int row) {
        rows.set(row);
        newItems.set(row);
    }

    /** Records that the current step evicts items. */
    void evict(RecommenderModel model, List<Integer> freed) {
        evictions.add(new Eviction(model.step() + 1, freed));
        for (int row : freed) {
            rows.clear(row);
            newItems.clear(row);
        }
    }

    /**
     * Lets the model's memory observe a click of the current step, and records it.
     *
     * @param history the item rows before the click are {@code history[from, to)}, oldest first
     */
    public void observe(RecommenderModel model, int[] history, int from, int to, int item) {
        int first = Math.max(from, to - model.memory().config().window());
        if (first < to) {
            model.memory().observe(history, first, to, item);
            observed.add(model.step() + 1, history, first, to, item);
        }
    }

    void addAll(int rowCount) {
        rows.set(0, rowCount);
    }

    /**
     * Returns the changes since the last call as the parts of one delta; none if the model has made no step since.
     *
     * @param rowsPerPart maximum number of rows of a part
     */
    public List<ModelDelta> take(RecommenderModel model, int rowsPerPart) {
        if (model.step() == fromStep) {
            return List.of();
        }
        int[] changed = rows.stream().toArray();
        int parts = Math.max(1, (changed.length + rowsPerPart - 1) / rowsPerPart);
        List<ModelDelta> delta = new ArrayList<>(parts);
        for (int part = 0; part < parts; part++) {
            int from = part * rowsPerPart;
            delta.add(part(model, part, parts, changed, from, Math.min(changed.length, from + rowsPerPart)));
        }
        restartFrom(model);
        return delta;
    }

    private ModelDelta part(RecommenderModel model, int part, int parts, int[] changed, int from, int to) {
        int[] partRows = Arrays.copyOfRange(changed, from, to);
        float[] values = new float[partRows.length * model.dim()];
        for (int i = 0; i < partRows.length; i++) {
            MemorySegment.copy(
                    model.items().memory(partRows[i]),
                    ValueLayout.JAVA_FLOAT_UNALIGNED,
                    model.items().at(partRows[i]),
                    values,
                    i * model.dim(),
                    model.dim());
        }
        boolean head = part == 0;
        int[] itemRows = head ? newItems.stream().toArray() : new int[0];
        return new ModelDelta(
                model.lineage(),
                new ModelDelta.Steps(fromStep, model.step()),
                new ModelDelta.Part(part, parts),
                new ModelDelta.VocabularyChange(
                        model.vocabulary().size(),
                        itemRows,
                        Arrays.stream(itemRows)
                                .mapToObj(model.vocabulary()::itemAt)
                                .toList(),
                        head ? evictions : List.of()),
                new ModelDelta.RowValues(model.dim(), partRows, values),
                head ? dense(model) : new float[0],
                head ? memory(model) : MemoryDelta.NONE);
    }

    private MemoryDelta memory(RecommenderModel model) {
        return model.memory().config().isOn() ? observed.take(model.step(), model.memory()) : MemoryDelta.NONE;
    }

    private static float[] dense(RecommenderModel model) {
        float[] dense = new float[model.denseSize()];
        MemorySegment.copy(model.dense(), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, dense, 0, dense.length);
        return dense;
    }
}
