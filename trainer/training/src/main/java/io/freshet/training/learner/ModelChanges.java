package io.freshet.training.learner;

import io.freshet.model.cooccurrence.CooccurrenceModel;
import io.freshet.model.recommender.NonFiniteModelException;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.format.FiniteNumbers;
import io.freshet.store.modellog.Eviction;
import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Tracks which rows of a model have changed since they were last published, and roughly how much, and which clicks its
 * memory has observed since the last delta. Not thread-safe.
 *
 * <p>How much a row has changed is counted in units: Adam changes a row by about the same amount in each optimiser step
 * that uses it, in one direction if the item was clicked, and in a varying one if it was a negative example.
 */
public final class ModelChanges {
    /**
     * Default limit of the number of rows of observed clicks: some 12,000 clicks, which a busy stream brings in
     * seconds, in half a megabyte.
     */
    private static final int MAX_OBSERVED_ROWS = 1 << 17;

    /** Units of an item that a user clicked, or that is in a learned history, in one optimiser step. */
    private static final int USED_UNITS = 8;

    /** Units from which a row is worth publishing; drawn as a negative example, a row gets one in an optimiser step. */
    private static final int LEAST_UNITS = 8;

    private static final int MOST_UNITS = 1_023;

    private int maxObservedRows;
    private short[] units = new short[0]; // (at least the highest row that changed + 1): how much it changed, roughly
    private final BitSet pending = new BitSet(); // rows that are worth publishing
    private final int[] pendingOfUnits = new int[MOST_UNITS + 1]; // number of pending rows with so many units
    private final BitSet touched = new BitSet(); // rows that changed since the last delta
    private final MemoryLog observed = new MemoryLog();
    private final BitSet newItems = new BitSet(); // rows
    private final List<Eviction> evictions = new ArrayList<>();
    private long fromStep;
    private int nextTurn; // row

    /** Starts without changes, at the model's current state. */
    ModelChanges(RecommenderModel model) {
        this(model, MAX_OBSERVED_ROWS);
    }

    /** @param maxObservedRows rows of observed clicks above which a delta that has not been taken starts again */
    ModelChanges(RecommenderModel model, int maxObservedRows) {
        this.maxObservedRows = maxObservedRows;
        restartFrom(model);
    }

    /**
     * Lets the next delta begin at the model's current state, which readers that apply it must have reached. Rows that
     * are not published yet stay pending.
     */
    public void restartFrom(RecommenderModel model) {
        newItems.clear();
        touched.clear();
        evictions.clear();
        fromStep = model.step();
        observed.restartFrom(fromStep);
    }

    /** Never drops changes, however many there are before they are taken. */
    void keepAll() {
        maxObservedRows = Integer.MAX_VALUE;
    }

    /** Returns how much each row changed that {@link Selection#ALL} would take, ascending by row: at least 1. */
    int[] unitsOfChangedRows() {
        return Arrays.stream(changedRows()).map(row -> units[row]).toArray();
    }

    /** Returns the number of rows that changed enough to be published, and are not published yet. */
    public int pendingRows() {
        return pending.cardinality();
    }

    /** Lets rows that change from now on be published before those that are pending now. */
    public void postponePending() {
        for (int row = pending.nextSetBit(0); row >= 0; row = pending.nextSetBit(row + 1)) {
            setUnits(row, LEAST_UNITS);
        }
    }

    /** Takes all rows as published: readers of the next delta begin at a snapshot, which has them. */
    public void forgetPending() {
        Arrays.fill(units, (short) 0);
        Arrays.fill(pendingOfUnits, 0);
        pending.clear();
    }

    /**
     * Marks the beginning of a step. If no delta has been taken for so long that the next one would be too large, it
     * starts here, and readers at an earlier step go back to a snapshot.
     */
    public void beginStep(RecommenderModel model) {
        if (observed.size() > maxObservedRows) {
            restartFrom(model);
        }
    }

    /**
     * Records that an optimiser step changed a row.
     *
     * @param isUsed whether the row's item was clicked or is in a learned history; otherwise it was a negative example
     */
    void add(int row, boolean isUsed) {
        change(row, isUsed ? USED_UNITS : 1);
    }

    void addItem(int row) {
        change(row, MOST_UNITS);
        newItems.set(row);
    }

    private void change(int row, int added) {
        if (row >= units.length) {
            units = Arrays.copyOf(units, Math.max(row + 1, 2 * units.length));
        }
        touched.set(row);
        setUnits(row, Math.min(MOST_UNITS, units[row] + added));
    }

    private void setUnits(int row, int count) {
        if (units[row] >= LEAST_UNITS) {
            pendingOfUnits[units[row]]--;
        }
        if (count >= LEAST_UNITS) {
            pendingOfUnits[count]++;
        }
        pending.set(row, count >= LEAST_UNITS);
        units[row] = (short) count;
    }

    /** Records that the current step evicts items. */
    void evict(RecommenderModel model, List<Integer> freed) {
        evictions.add(new Eviction(model.step() + 1, freed));
        for (int row : freed) {
            published(row);
            newItems.clear(row);
        }
    }

    private void published(int row) {
        if (row < units.length) {
            setUnits(row, 0);
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

    /**
     * Lets the model's memory erase a session in the current step, as {@link CooccurrenceModel#erase} says, and records it.
     *
     * @param own rows of the clicks to erase, oldest first; at least one
     */
    public void erase(RecommenderModel model, int[] own) {
        model.memory().erase(own, 0, own.length);
        observed.addErasure(model.step() + 1, own);
    }

    void addAll(int rowCount) {
        for (int row = 0; row < rowCount; row++) {
            change(row, MOST_UNITS);
        }
    }

    /**
     * What a delta may contain, besides new items, evictions and what the memory observed.
     *
     * @param rows maximum number of rows; rows of new items are in the delta anyway
     * @param dense whether it contains the dense parameters
     * @param asBfloats whether values are rounded to bfloat16
     */
    public record Selection(int rows, boolean dense, boolean asBfloats) {
        /** Everything that changed, exactly. */
        public static final Selection ALL = new Selection(Integer.MAX_VALUE, true, false);
    }

    /**
     * Returns the changes since the last call as the parts of one delta; none if the model has made no step since. Rows
     * that are not selected stay pending: the rows that changed most are taken first, and rows that only served as a few
     * negative examples are not taken, except with {@link Selection#ALL}.
     *
     * @param rowsPerPart maximum number of rows of a part
     * @throws NonFiniteModelException if a number that has changed since the last call, and is not selected, is not finite
     */
    public List<ModelDelta> take(RecommenderModel model, int rowsPerPart, Selection selection) {
        if (model.step() == fromStep) {
            return List.of();
        }
        int[] changed = selection.equals(Selection.ALL) ? changedRows() : select(model, selection.rows());
        int parts = Math.max(1, (changed.length + rowsPerPart - 1) / rowsPerPart);
        List<ModelDelta> delta = new ArrayList<>(parts);
        for (int part = 0; part < parts; part++) {
            int from = part * rowsPerPart;
            int[] ofPart = Arrays.copyOfRange(changed, from, Math.min(changed.length, from + rowsPerPart));
            delta.add(part(model, new ModelDelta.Part(part, parts), ofPart, selection));
        }
        for (int row : changed) {
            published(row);
        }
        restartFrom(model);
        return delta;
    }

    private int[] changedRows() {
        return IntStream.range(0, units.length).filter(row -> units[row] > 0).toArray();
    }

    /**
     * Returns the rows to publish, ascending: those of new items, and those that changed most. Among rows that changed
     * equally, turns are taken.
     */
    private int[] select(RecommenderModel model, int most) {
        requireFinite(model);
        int bound = MOST_UNITS + 1;
        int free = most;
        while (bound > LEAST_UNITS && pendingOfUnits[bound - 1] <= free) {
            bound--;
            free -= pendingOfUnits[bound];
        }
        BitSet selected = (BitSet) newItems.clone();
        for (int row = pending.nextSetBit(0); row >= 0; row = pending.nextSetBit(row + 1)) {
            if (units[row] >= bound) {
                selected.set(row);
            }
        }
        if (bound > LEAST_UNITS) {
            addTurns(selected, bound - 1, free);
        }
        return selected.stream().toArray();
    }

    /** Selects so many rows of these units. The next call begins after the last of them. */
    private void addTurns(BitSet selected, int unitsOfRows, int count) {
        int free = count;
        int row = pending.nextSetBit(nextTurn);
        for (int i = pending.cardinality(); i > 0 && free > 0; i--) {
            row = row < 0 ? pending.nextSetBit(0) : row;
            if (units[row] == unitsOfRows && !selected.get(row)) {
                selected.set(row);
                free--;
            }
            nextTurn = row + 1;
            row = pending.nextSetBit(nextTurn);
        }
    }

    private void requireFinite(RecommenderModel model) {
        long rowBytes = model.items().rowBytes();
        for (int row = touched.nextSetBit(0); row >= 0; row = touched.nextSetBit(row + 1)) {
            MemorySegment values =
                    model.items().memory(row).asSlice(model.items().at(row), rowBytes);
            long column = FiniteNumbers.firstOther(values);
            if (column >= 0) {
                throw new NonFiniteModelException(
                        model.step(),
                        "row=" + row + " column=" + column + " value="
                                + values.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, column));
            }
        }
        MemorySegment dense = model.dense().asSlice(0, (long) model.denseSize() * Float.BYTES);
        long parameter = FiniteNumbers.firstOther(dense);
        if (parameter >= 0) {
            throw new NonFiniteModelException(
                    model.step(),
                    "dense parameter=" + parameter + " value="
                            + dense.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, parameter));
        }
    }

    private ModelDelta part(RecommenderModel model, ModelDelta.Part part, int[] partRows, Selection selection) {
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
        boolean head = part.number() == 0;
        float[] dense = head && selection.dense() ? dense(model) : new float[0];
        if (selection.asBfloats()) {
            Bfloat16.round(values);
            Bfloat16.round(dense);
        }
        int[] itemRows = head ? newItems.stream().toArray() : new int[0];
        return new ModelDelta(
                model.lineage(),
                new ModelDelta.Steps(fromStep, model.step()),
                part,
                new ModelDelta.VocabularyChange(
                        model.vocabulary().size(),
                        itemRows,
                        Arrays.stream(itemRows)
                                .mapToObj(model.vocabulary()::itemAt)
                                .toList(),
                        head ? evictions : List.of()),
                new ModelDelta.RowValues(model.dim(), partRows, values),
                dense,
                head ? memory(model) : MemoryDelta.NONE);
    }

    /**
     * Splits a delta of one part.
     *
     * @param rowsPerPart maximum number of rows of a part
     * @param asBfloats whether rows and dense parameters are rounded to bfloat16
     * @return the parts
     */
    public static List<ModelDelta> split(ModelDelta delta, int rowsPerPart, boolean asBfloats) {
        int rows = delta.rows().length;
        int parts = Math.max(1, (rows + rowsPerPart - 1) / rowsPerPart);
        List<ModelDelta> split = new ArrayList<>(parts);
        for (int part = 0; part < parts; part++) {
            int from = part * rowsPerPart;
            int to = Math.min(rows, from + rowsPerPart);
            boolean head = part == 0;
            float[] values = Arrays.copyOfRange(delta.rowValues(), from * delta.dim(), to * delta.dim());
            float[] dense = head ? delta.dense().clone() : new float[0];
            if (asBfloats) {
                Bfloat16.round(values);
                Bfloat16.round(dense);
            }
            split.add(new ModelDelta(
                    delta.lineage(),
                    new ModelDelta.Steps(delta.fromStep(), delta.toStep()),
                    new ModelDelta.Part(part, parts),
                    new ModelDelta.VocabularyChange(
                            delta.vocabularyRows(),
                            head ? delta.newItemRows() : new int[0],
                            head ? delta.newItems() : List.of(),
                            head ? delta.evictions() : List.of()),
                    new ModelDelta.RowValues(delta.dim(), Arrays.copyOfRange(delta.rows(), from, to), values),
                    dense,
                    head ? delta.memory() : MemoryDelta.NONE));
        }
        return split;
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
