package io.freshet.training.optimizer;

import io.freshet.model.encoder.SequenceBatch;
import java.util.Arrays;

/**
 * Index of the vocabulary rows that a step touches, and of their uses: first the draws of negatives, in their order, then
 * the inputs and targets, in the order of the batch. The number of a touched row is its slot.
 *
 * <p>Turns scattered additions into one pass over rows: whichever thread updates a row gathers the row's gradients, in a
 * fixed order and without locks. Reused from step to step; not thread-safe while it is built.
 */
public final class TouchedRows {
    private static final int NONE = -1;

    private int[] slotOfRow = {};
    private int[] rows = {}; // (slots)
    private int[] starts = {}; // (slots + 2): first use of each slot
    private int[] uses = {}; // token · 2 for an input, state · 2 + 1 for a target
    private int[] drawStarts = {}; // (slots + 2): first draw of each slot
    private int[] drawsOfSlots = {}; // numbers of draws, by slot
    private int slots;
    private boolean all;

    /** Touches all of {@code rowCount} rows, each in its own slot, without draws. */
    public void touchAll(SequenceBatch batch, int rowCount) {
        forget();
        all = true;
        slots = rowCount;
        indexUses(batch);
    }

    /**
     * Touches the rows that were drawn and the batch's own, out of {@code rowCount} rows.
     *
     * @param draws (drawCount) row of each draw, or -1 for a draw that found none
     */
    public void touch(SequenceBatch batch, int[] draws, int drawCount, int rowCount) {
        forget();
        reserve(batch, drawCount, rowCount);
        for (int draw = 0; draw < drawCount; draw++) {
            if (draws[draw] >= 0) {
                touch(draws[draw]);
            }
        }
        for (int i = 0; i < batch.tokens(); i++) {
            touch(batch.input(i));
            if (isTarget(batch, i)) {
                touch(batch.target(i));
            }
        }
        indexUses(batch);
        indexDraws(draws, drawCount);
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

    private void reserve(SequenceBatch batch, int drawCount, int rowCount) {
        if (slotOfRow.length < rowCount) {
            int old = slotOfRow.length;
            slotOfRow = Arrays.copyOf(slotOfRow, rowCount + rowCount / 2);
            Arrays.fill(slotOfRow, old, slotOfRow.length, NONE);
        }
        int most = (int) Math.min(rowCount, drawCount + 2L * batch.tokens());
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

    /** Sorts the batch's inputs and targets by slot, by a counting sort. */
    private void indexUses(SequenceBatch batch) {
        starts = cleared(starts);
        if (uses.length < 2 * batch.tokens()) {
            uses = new int[3 * batch.tokens()];
        }
        for (int i = 0; i < batch.tokens(); i++) {
            starts[slotOf(batch.input(i)) + 2]++;
            if (isTarget(batch, i)) {
                starts[slotOf(batch.target(i)) + 2]++;
            }
        }
        sumUp(starts);
        for (int i = 0; i < batch.tokens(); i++) {
            uses[starts[slotOf(batch.input(i)) + 1]++] = 2 * i;
            if (isTarget(batch, i)) {
                uses[starts[slotOf(batch.target(i)) + 1]++] = 2 * i + 1;
            }
        }
    }

    /** Returns whether a state of this number exists and has a target. There are no more states than tokens. */
    private static boolean isTarget(SequenceBatch batch, int state) {
        return state < batch.states() && batch.target(state) >= 0;
    }

    /** Sorts the draws by slot, by a counting sort. */
    private void indexDraws(int[] draws, int drawCount) {
        drawStarts = cleared(drawStarts);
        if (drawsOfSlots.length < drawCount) {
            drawsOfSlots = new int[drawCount + drawCount / 4];
        }
        for (int draw = 0; draw < drawCount; draw++) {
            if (draws[draw] >= 0) {
                drawStarts[slotOfRow[draws[draw]] + 2]++;
            }
        }
        sumUp(drawStarts);
        for (int draw = 0; draw < drawCount; draw++) {
            if (draws[draw] >= 0) {
                drawsOfSlots[drawStarts[slotOfRow[draws[draw]] + 1]++] = draw;
            }
        }
    }

    private int[] cleared(int[] perSlot) {
        if (perSlot.length < slots + 2) {
            return new int[slots + slots / 2 + 2];
        }
        Arrays.fill(perSlot, 0, slots + 2, 0);
        return perSlot;
    }

    private void sumUp(int[] perSlot) {
        for (int slot = 0; slot < slots; slot++) {
            perSlot[slot + 2] += perSlot[slot + 1];
        }
    }

    private int slotOf(int row) {
        return all ? row : slotOfRow[row];
    }

    /** Returns the number of rows touched. */
    public int slots() {
        return slots;
    }

    /** Returns whether every row is touched, without draws. */
    public boolean isAll() {
        return all;
    }

    /** Returns the row in a slot. */
    public int row(int slot) {
        return all ? slot : rows[slot];
    }

    /** Returns a slot's first use as input or target. Its last use is before {@code firstUse(slot + 1)}. */
    public int firstUse(int slot) {
        return starts[slot];
    }

    /** Returns the token that has the row as its input, or the state that has the row as its target. */
    public int number(int use) {
        return uses[use] >> 1;
    }

    /** Returns whether the row is a state's target in this use, rather than a token's input. */
    public boolean isTarget(int use) {
        return (uses[use] & 1) == 1;
    }

    /** Returns a slot's first place in the order of draws. Its last place is before {@code firstDraw(slot + 1)}. */
    public int firstDraw(int slot) {
        return drawStarts[slot];
    }

    /** Returns the number of the draw at a place. */
    public int draw(int place) {
        return drawsOfSlots[place];
    }
}
