package io.freshet.optimizer;

import io.freshet.encoder.SequenceBatch;
import io.freshet.sampling.NegativeSampler;
import java.util.Arrays;

/**
 * Which vocabulary rows a step touches, and through which tokens: the candidates first, in their order, then the other
 * inputs and targets as the batch brings them. A touched row's number is its slot.
 *
 * <p>Turns scattered additions into one pass over rows: each row gathers its own gradients in a fixed order, by whoever
 * updates it, without locks. Reused from step to step; not thread-safe while it is built.
 */
public final class TouchedRows {
    private static final int NONE = -1;

    private int[] slotOfRow = {};
    private int[] rows = {}; // (slots)
    private int[] starts = {}; // (slots + 1): a slot's first use
    private int[] uses = {}; // token · 2, + 1 if the row is the token's target
    private int slots;
    private int candidates;
    private boolean all;

    /** Every one of {@code rowCount} rows is a candidate, in its own slot. */
    public void touchAll(SequenceBatch batch, int rowCount) {
        forget();
        all = true;
        slots = rowCount;
        candidates = rowCount;
        index(batch);
    }

    /** {@code count} of {@code rowCount} rows, drawn for this step, are candidates. */
    public void touchSample(SequenceBatch batch, int count, int rowCount, long seed, long step) {
        forget();
        reserve(batch, count, rowCount);
        NegativeSampler.draw(count, rowCount, seed, step, rows, slotOfRow);
        candidates = count;
        slots = count;
        for (int token = 0; token < batch.tokens(); token++) {
            touch(batch.input(token));
            if (batch.target(token) >= 0) {
                touch(batch.target(token));
            }
        }
        index(batch);
    }

    private void forget() {
        if (!all) {
            for (int slot = 0; slot < slots; slot++) {
                slotOfRow[rows[slot]] = NONE;
            }
        }
        all = false;
        slots = 0;
    }

    private void reserve(SequenceBatch batch, int count, int rowCount) {
        if (slotOfRow.length < rowCount) {
            int old = slotOfRow.length;
            slotOfRow = Arrays.copyOf(slotOfRow, rowCount + rowCount / 2);
            Arrays.fill(slotOfRow, old, slotOfRow.length, NONE);
        }
        int most = Math.min(rowCount, count + 2 * batch.tokens());
        if (rows.length < most) {
            rows = Arrays.copyOf(rows, most + most / 2);
        }
    }

    private void touch(int row) {
        if (slotOfRow[row] == NONE) {
            slotOfRow[row] = slots;
            rows[slots] = row;
            slots++;
        }
    }

    /** Counting sort of the uses by slot. */
    private void index(SequenceBatch batch) {
        if (starts.length < slots + 2) {
            starts = new int[slots + slots / 2 + 2];
        }
        if (uses.length < 2 * batch.tokens()) {
            uses = new int[3 * batch.tokens()];
        }
        Arrays.fill(starts, 0, slots + 2, 0);
        for (int token = 0; token < batch.tokens(); token++) {
            starts[slotOf(batch.input(token)) + 2]++;
            if (batch.target(token) >= 0) {
                starts[slotOf(batch.target(token)) + 2]++;
            }
        }
        for (int slot = 0; slot < slots; slot++) {
            starts[slot + 2] += starts[slot + 1];
        }
        for (int token = 0; token < batch.tokens(); token++) {
            uses[starts[slotOf(batch.input(token)) + 1]++] = 2 * token;
            if (batch.target(token) >= 0) {
                uses[starts[slotOf(batch.target(token)) + 1]++] = 2 * token + 1;
            }
        }
    }

    private int slotOf(int row) {
        return all ? row : slotOfRow[row];
    }

    /** Rows touched. */
    public int slots() {
        return slots;
    }

    /** How many of them, the first ones, are candidates. */
    public int candidates() {
        return candidates;
    }

    /** The row in a slot. */
    public int row(int slot) {
        return all ? slot : rows[slot];
    }

    /** For each row its slot, or -1; only after {@link #touchSample}. */
    public int[] slotOfRow() {
        return slotOfRow;
    }

    /** A slot's first use; its last is before {@code firstUse(slot + 1)}. */
    public int firstUse(int slot) {
        return starts[slot];
    }

    /** The token of a use. */
    public int token(int use) {
        return uses[use] >> 1;
    }

    /** Whether the row is the token's target there, not its input. */
    public boolean isTarget(int use) {
        return (uses[use] & 1) == 1;
    }
}
