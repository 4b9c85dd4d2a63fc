package io.freshet.store.modellog;

import io.freshet.store.format.FiniteNumbers;
import io.freshet.store.snapshot.Manifest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The changes of the model in the steps ({@link #fromStep}, {@link #toStep}]: parameters as absolute values after
 * {@code toStep}, and what the memory observed in each step. A large delta is split into parts, which must be applied
 * together and share the same steps, dimension and vocabulary size. Immutable. This object owns its arrays; callers must
 * not change them.
 *
 * @param lineage lineage of the weights that the delta applies to; it fits no other ({@link Manifest#lineage})
 * @param fromStep step that the model must have reached before the delta is applied; exclusive
 * @param toStep step that the model has reached afterwards; inclusive
 * @param part number of this part, from 0
 * @param parts number of parts
 * @param dim number of values in a row
 * @param vocabularyRows number of rows of the vocabulary after {@code toStep}, including free rows
 * @param newItemRows rows that received an item after {@code fromStep} and still hold it, ascending; only in part 0
 * @param newItems items of {@code newItemRows}, in the same order; only in part 0
 * @param evictions evictions in order of their steps, applied before the new items; only in part 0
 * @param rows item rows that changed
 * @param rowValues values of those rows, row after row
 * @param dense all dense parameters, flat; only in part 0
 * @param memory effect on the memory; only in part 0
 */
@SuppressWarnings("ArrayRecordComponent") // equals compares the elements
public record ModelDelta(
        long lineage,
        long fromStep,
        long toStep,
        int part,
        int parts,
        int dim,
        int vocabularyRows,
        int[] newItemRows, // (new items)
        List<String> newItems,
        List<Eviction> evictions,
        int[] rows, // (rows)
        float[] rowValues, // (rows, dim) float32
        float[] dense, // (dense size) float32
        MemoryDelta memory)
        implements ModelLogRecord {
    /** Creates a delta and takes ownership of the arrays. */
    public ModelDelta(
            long lineage,
            long fromStep,
            long toStep,
            int part,
            int parts,
            int dim,
            int vocabularyRows,
            int[] newItemRows,
            List<String> newItems,
            List<Eviction> evictions,
            int[] rows,
            float[] rowValues,
            float[] dense,
            MemoryDelta memory) {
        this.lineage = lineage;
        this.fromStep = fromStep;
        this.toStep = toStep;
        this.part = part;
        this.parts = parts;
        this.dim = dim;
        this.vocabularyRows = vocabularyRows;
        this.newItemRows = newItemRows;
        this.newItems = List.copyOf(newItems);
        this.evictions = List.copyOf(evictions);
        this.rows = rows;
        this.rowValues = rowValues;
        this.dense = dense;
        this.memory = memory;
        require(lineage >= 0, "lineage >= 0");
        require(fromStep >= 0 && fromStep < toStep, "0 <= fromStep < toStep");
        require(part >= 0 && part < parts, "0 <= part < parts");
        require(dim > 0, "dim > 0");
        require(newItemRows.length == newItems.size(), "a row for each new item");
        require(rowValues.length == (long) rows.length * dim, "rows * dim values");
        require(
                part == 0
                        || (newItems.isEmpty()
                                && evictions.isEmpty()
                                && dense.length == 0
                                && memory.equals(MemoryDelta.NONE)),
                "new items, evictions, dense and memory only in part 0");
        require(
                memory.equals(MemoryDelta.NONE) || memory.clicksOfStep().length == toStep - fromStep,
                "toStep - fromStep steps in its memory");
        for (int row : rows) {
            require(row >= 0 && row < vocabularyRows, "rows of the vocabulary");
        }
        requireAscending(newItemRows);
        requireEvictions();
    }

    private void requireAscending(int[] itemRows) {
        int before = -1;
        for (int row : itemRows) {
            require(row > before && row < vocabularyRows, "ascending rows of the vocabulary for its new items");
            before = row;
        }
    }

    private void requireEvictions() {
        long before = fromStep;
        for (Eviction eviction : evictions) {
            require(eviction.step() > before && eviction.step() <= toStep, "evictions of its steps, in order of step");
            require(
                    eviction.rows().isEmpty() || eviction.rows().getLast() < vocabularyRows,
                    "evictions from rows of the vocabulary");
            before = eviction.step();
        }
    }

    /** Returns the location and value of the first NaN or infinity, or empty if all numbers are finite, as required. */
    public Optional<String> firstNonFinite() {
        int value = FiniteNumbers.firstOther(rowValues);
        if (value >= 0) {
            return Optional.of("row=" + rows[value / dim] + " column=" + value % dim + " value=" + rowValues[value]);
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
                && fromStep == other.fromStep
                && toStep == other.toStep
                && part == other.part
                && parts == other.parts
                && dim == other.dim
                && vocabularyRows == other.vocabularyRows
                && Arrays.equals(newItemRows, other.newItemRows)
                && newItems.equals(other.newItems)
                && evictions.equals(other.evictions)
                && Arrays.equals(rows, other.rows)
                && Arrays.equals(rowValues, other.rowValues)
                && Arrays.equals(dense, other.dense)
                && memory.equals(other.memory);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Long.hashCode(toStep) + part) + Arrays.hashCode(rows);
    }

    @Override
    public String toString() {
        return "ModelDelta[lineage=" + lineage + ", fromStep=" + fromStep + ", toStep=" + toStep + ", part=" + part
                + ", parts=" + parts
                + ", dim=" + dim + ", vocabularyRows=" + vocabularyRows + ", newItems=" + newItems.size()
                + ", evictions="
                + evictions.size() + ", rows=" + rows.length + ", rowValues=" + rowValues.length + ", dense="
                + dense.length + ", memory=" + memory
                + "]";
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("delta must have " + rule + ": " + this);
        }
    }
}
