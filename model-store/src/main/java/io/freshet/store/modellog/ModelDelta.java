package io.freshet.store.modellog;

import io.freshet.store.format.FiniteNumbers;
import io.freshet.store.snapshot.Manifest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The changes of the model in the steps ({@link #fromStep}, {@link #toStep}]: parameters as absolute values after
 * {@code toStep}, and what the memory observed in each step. A delta need not have every parameter that changed: the
 * others follow in later deltas. A large delta is split into parts, which must be applied
 * together and share the same steps, dimension and vocabulary size. Immutable. This object owns its arrays; callers must
 * not change them.
 */
public final class ModelDelta implements ModelLogRecord {
    private final long lineage;
    private final Steps steps;
    private final Part part;
    private final VocabularyChange vocabulary;
    private final RowValues rows;
    private final float[] dense; // (dense size) float32
    private final MemoryDelta memory;

    /**
     * The steps of a delta.
     *
     * @param from step that the model must have reached before the delta is applied; exclusive
     * @param to step that the model has reached afterwards; inclusive
     */
    public record Steps(long from, long to) {}

    /**
     * One of the parts of a delta.
     *
     * @param number number of this part, from 0
     * @param count number of parts
     */
    public record Part(int number, int count) {
        /** The only part of a delta. */
        public static final Part ONLY = new Part(0, 1);
    }

    /**
     * The change of the vocabulary. Only part 0 has new items and evictions.
     *
     * @param rows number of rows of the vocabulary after the last step, including free rows
     * @param newItemRows rows that received an item and still hold it, ascending; (new items)
     * @param newItems items of {@code newItemRows}, in the same order
     * @param evictions evictions in order of their steps, applied before the new items
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by content
    public record VocabularyChange(int rows, int[] newItemRows, List<String> newItems, List<Eviction> evictions) {
        public VocabularyChange {
            newItems = List.copyOf(newItems);
            evictions = List.copyOf(evictions);
        }

        /** Returns a vocabulary of so many rows without new items and evictions. */
        public static VocabularyChange none(int rows) {
            return new VocabularyChange(rows, new int[0], List.of(), List.of());
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof VocabularyChange other
                    && rows == other.rows
                    && Arrays.equals(newItemRows, other.newItemRows)
                    && newItems.equals(other.newItems)
                    && evictions.equals(other.evictions);
        }

        @Override
        public int hashCode() {
            return 31 * rows + newItems.hashCode();
        }
    }

    /**
     * The item rows that changed.
     *
     * @param dim number of values in a row
     * @param rows numbers of the rows; (rows)
     * @param values values of those rows, row after row; (rows, dim) float32
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by content
    public record RowValues(int dim, int[] rows, float[] values) {
        /** Compares floats by their bits. */
        @Override
        public boolean equals(Object o) {
            return o instanceof RowValues other
                    && dim == other.dim
                    && Arrays.equals(rows, other.rows)
                    && Arrays.equals(values, other.values);
        }

        @Override
        public int hashCode() {
            return 31 * dim + Arrays.hashCode(rows);
        }
    }

    /**
     * Creates a delta and takes ownership of the arrays.
     *
     * @param lineage lineage of the weights that the delta applies to; it fits no other ({@link Manifest#lineage})
     * @param dense all dense parameters, flat, or none; only in part 0
     * @param memory effect on the memory; only in part 0
     */
    public ModelDelta(
            long lineage,
            Steps steps,
            Part part,
            VocabularyChange vocabulary,
            RowValues rows,
            float[] dense,
            MemoryDelta memory) {
        this.lineage = lineage;
        this.steps = steps;
        this.part = part;
        this.vocabulary = vocabulary;
        this.rows = rows;
        this.dense = dense;
        this.memory = memory;
        require(lineage >= 0, "lineage >= 0");
        require(steps.from() >= 0 && steps.from() < steps.to(), "0 <= fromStep < toStep");
        require(part.number() >= 0 && part.number() < part.count(), "0 <= part < parts");
        require(dim() > 0, "dim > 0");
        require(newItemRows().length == newItems().size(), "a row for each new item");
        require(rowValues().length == (long) rows().length * dim(), "rows * dim values");
        require(
                part.number() == 0
                        || (newItems().isEmpty()
                                && evictions().isEmpty()
                                && dense.length == 0
                                && memory.equals(MemoryDelta.NONE)),
                "new items, evictions, dense and memory only in part 0");
        require(
                memory.equals(MemoryDelta.NONE) || memory.clicksOfStep().length == steps.to() - steps.from(),
                "toStep - fromStep steps in its memory");
        for (int row : rows()) {
            require(row >= 0 && row < vocabularyRows(), "rows of the vocabulary");
        }
        requireAscending(newItemRows());
        requireEvictions();
    }

    private void requireAscending(int[] itemRows) {
        int before = -1;
        for (int row : itemRows) {
            require(row > before && row < vocabularyRows(), "ascending rows of the vocabulary for its new items");
            before = row;
        }
    }

    private void requireEvictions() {
        long before = steps.from();
        for (Eviction eviction : evictions()) {
            require(
                    eviction.step() > before && eviction.step() <= steps.to(),
                    "evictions of its steps, in order of step");
            require(
                    eviction.rows().isEmpty() || eviction.rows().getLast() < vocabularyRows(),
                    "evictions from rows of the vocabulary");
            before = eviction.step();
        }
    }

    public long lineage() {
        return lineage;
    }

    public long fromStep() {
        return steps.from();
    }

    public long toStep() {
        return steps.to();
    }

    public int part() {
        return part.number();
    }

    public int parts() {
        return part.count();
    }

    public int dim() {
        return rows.dim();
    }

    public int vocabularyRows() {
        return vocabulary.rows();
    }

    public int[] newItemRows() {
        return vocabulary.newItemRows();
    }

    public List<String> newItems() {
        return vocabulary.newItems();
    }

    public List<Eviction> evictions() {
        return vocabulary.evictions();
    }

    public int[] rows() {
        return rows.rows();
    }

    public float[] rowValues() {
        return rows.values();
    }

    public float[] dense() {
        return dense;
    }

    public MemoryDelta memory() {
        return memory;
    }

    /** Returns the location and value of the first NaN or infinity, or empty if all numbers are finite, as required. */
    public Optional<String> firstNonFinite() {
        int value = FiniteNumbers.firstOther(rowValues());
        if (value >= 0) {
            return Optional.of(
                    "row=" + rows()[value / dim()] + " column=" + value % dim() + " value=" + rowValues()[value]);
        }
        int parameter = FiniteNumbers.firstOther(dense);
        if (parameter >= 0) {
            return Optional.of("dense parameter=" + parameter + " value=" + dense[parameter]);
        }
        int number = FiniteNumbers.firstOther(memory.mixture());
        return number < 0
                ? Optional.empty()
                : Optional.of("mixture number=" + number + " value=" + memory.mixture()[number]);
    }

    /** Compares floats by their bits, so that a delta with NaN equals itself. */
    @Override
    public boolean equals(Object o) {
        return o instanceof ModelDelta other
                && lineage == other.lineage
                && steps.equals(other.steps)
                && part.equals(other.part)
                && vocabulary.equals(other.vocabulary)
                && rows.equals(other.rows)
                && Arrays.equals(dense, other.dense)
                && memory.equals(other.memory);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Long.hashCode(steps.to()) + part.number()) + Arrays.hashCode(rows());
    }

    @Override
    public String toString() {
        return "ModelDelta[lineage=" + lineage + ", fromStep=" + steps.from() + ", toStep=" + steps.to() + ", part="
                + part.number() + ", parts=" + part.count() + ", dim=" + dim() + ", vocabularyRows=" + vocabularyRows()
                + ", newItems=" + newItems().size() + ", evictions="
                + evictions().size() + ", rows=" + rows().length
                + ", rowValues=" + rowValues().length + ", dense=" + dense.length + ", memory=" + memory + "]";
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("delta must have " + rule + ": " + this);
        }
    }
}
