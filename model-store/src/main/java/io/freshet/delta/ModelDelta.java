package io.freshet.delta;

import java.util.Arrays;
import java.util.List;

/**
 * What the steps in ({@link #fromStep}, {@link #toStep}] changed in the model, as absolute values after
 * {@code toStep}, and what its memory observed in each of them. A large delta is cut into parts, to be applied together;
 * all parts carry the same steps, dimension and first new row. Immutable; the arrays are this object's and must not be
 * changed by anyone.
 */
public final class ModelDelta implements ModelLogRecord {
    private final long fromStep;
    private final long toStep;
    private final int part;
    private final int parts;
    private final int dim;
    private final int firstNewRow;
    private final List<String> newItems;
    private final int[] rows; // (rows)
    private final float[] rowValues; // (rows, dim) float32
    private final float[] dense; // (dense size) float32
    private final MemoryDelta memory;

    /**
     * Takes the arrays over.
     *
     * @param fromStep the step after which the model must be for the delta to fit, so exclusive
     * @param toStep the step after which the model is, so inclusive
     * @param part number of this part, from 0
     * @param parts how many there are
     * @param dim values in a row
     * @param firstNewRow row of the first of the new items, so the size of the vocabulary after {@code fromStep}
     * @param newItems items that got a row since {@code fromStep}, in order of rows; only in part 0
     * @param rows which item rows changed
     * @param rowValues their values, row after row
     * @param dense all dense parameters, flat; only in part 0
     * @param memory what the memory observed; only in part 0
     */
    public ModelDelta(
            long fromStep,
            long toStep,
            int part,
            int parts,
            int dim,
            int firstNewRow,
            List<String> newItems,
            int[] rows,
            float[] rowValues,
            float[] dense,
            MemoryDelta memory) {
        this.fromStep = fromStep;
        this.toStep = toStep;
        this.part = part;
        this.parts = parts;
        this.dim = dim;
        this.firstNewRow = firstNewRow;
        this.newItems = List.copyOf(newItems);
        this.rows = rows;
        this.rowValues = rowValues;
        this.dense = dense;
        this.memory = memory;
        require(fromStep >= 0 && fromStep < toStep, "0 <= fromStep < toStep");
        require(part >= 0 && part < parts, "0 <= part < parts");
        require(dim > 0 && firstNewRow >= 0, "dim > 0 and firstNewRow >= 0");
        require(rowValues.length == (long) rows.length * dim, "rows * dim values");
        require(
                part == 0 || (newItems.isEmpty() && dense.length == 0 && memory.equals(MemoryDelta.NONE)),
                "new items, dense and memory only in part 0");
        require(
                memory.equals(MemoryDelta.NONE) || memory.clicksOfStep().length == toStep - fromStep,
                "as many steps in its memory");
        for (int row : rows) {
            require(row >= 0, "rows >= 0");
        }
    }

    public long fromStep() {
        return fromStep;
    }

    public long toStep() {
        return toStep;
    }

    public int part() {
        return part;
    }

    public int parts() {
        return parts;
    }

    public int dim() {
        return dim;
    }

    public int firstNewRow() {
        return firstNewRow;
    }

    public List<String> newItems() {
        return newItems;
    }

    public int[] rows() {
        return rows;
    }

    public float[] rowValues() {
        return rowValues;
    }

    public float[] dense() {
        return dense;
    }

    public MemoryDelta memory() {
        return memory;
    }

    /** Floats count as equal by their bits, so that a delta with NaN still equals itself. */
    @Override
    public boolean equals(Object o) {
        return o instanceof ModelDelta other
                && fromStep == other.fromStep
                && toStep == other.toStep
                && part == other.part
                && parts == other.parts
                && dim == other.dim
                && firstNewRow == other.firstNewRow
                && newItems.equals(other.newItems)
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
        return "ModelDelta[fromStep=" + fromStep + ", toStep=" + toStep + ", part=" + part + ", parts=" + parts
                + ", dim=" + dim + ", firstNewRow=" + firstNewRow + ", newItems=" + newItems.size() + ", rows="
                + rows.length + ", rowValues=" + rowValues.length + ", dense=" + dense.length + ", memory=" + memory
                + "]";
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("delta must have " + rule + ": " + this);
        }
    }
}
