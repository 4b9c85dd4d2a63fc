package io.freshet.training.learner;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * An off-heap copy of everything that training changes: the model's weights, Adam's moments, the target counts that
 * draws of negatives depend on, and the two step numbers. Holds one state at a time, and none at first.
 *
 * <p>Owns its memory, three times that of the model's weights. Borrows the learner, whose vocabulary must not grow
 * between {@link #take} and {@link #restore}. Not thread-safe.
 */
public final class LearnerCheckpoint implements AutoCloseable {
    private final Learner learner;
    private final List<RowTable> tables; // copies, each (vocabulary, d): items, first moments, second moments
    private final List<FloatBlock> blocks; // copies, each (denseSize): parameters, first moments, second moments
    private long[] targetCounts = {};
    private long optimizerStep;
    private long modelStep;
    private boolean taken;

    /** Creates a checkpoint that holds no state. The learner remains the caller's. */
    public LearnerCheckpoint(Learner learner) {
        this.learner = learner;
        int d = learner.model().dim();
        int size = learner.model().denseSize();
        this.tables = List.of(new RowTable(d), new RowTable(d), new RowTable(d));
        this.blocks = List.of(FloatBlock.zeros(size), FloatBlock.zeros(size), FloatBlock.zeros(size));
    }

    private List<RowTable> learnerTables() {
        return List.of(learner.model().items(), learner.itemFirstMoments(), learner.itemSecondMoments());
    }

    private List<MemorySegment> learnerBlocks() {
        return List.of(
                learner.model().dense(),
                learner.denseFirstMoments().memory(),
                learner.denseSecondMoments().memory());
    }

    /** Copies the learner's state, and replaces the one held before. */
    public void take() {
        for (int i = 0; i < tables.size(); i++) {
            RowTable table = learnerTables().get(i);
            tables.get(i).growTo(table.rows());
            copy(table, tables.get(i));
            blocks.get(i).memory().copyFrom(learnerBlocks().get(i));
        }
        targetCounts = learner.loss().targetCounts();
        optimizerStep = learner.optimizerStep();
        modelStep = learner.model().step();
        taken = true;
    }

    /**
     * Sets the learner back to the state held. The checkpoint keeps that state.
     *
     * @throws IllegalStateException if no state is held, or if the number of items has changed since it was taken
     */
    public void restore() {
        int rows = learner.model().vocabulary().size();
        if (!taken || rows != tables.getFirst().rows()) {
            throw new IllegalStateException("a state must be taken before it is restored, and of as many items: taken="
                    + taken + " items=" + tables.getFirst().rows() + " now=" + rows);
        }
        learner.willChangeAll();
        for (int i = 0; i < tables.size(); i++) {
            copy(tables.get(i), learnerTables().get(i));
            learnerBlocks().get(i).copyFrom(blocks.get(i).memory());
        }
        learner.loss().restoreTargetCounts(targetCounts);
        learner.restoreOptimizerStep(optimizerStep);
        learner.model().completeStep(modelStep);
        learner.changes().addAll(rows);
    }

    private static void copy(RowTable from, RowTable to) {
        for (int chunk = 0; chunk < from.chunkCount(); chunk++) {
            long bytes = from.rowsOfChunk(chunk) * from.rowBytes();
            MemorySegment.copy(from.chunk(chunk).memory(), 0, to.chunk(chunk).memory(), 0, bytes);
        }
    }

    @Override
    public void close() {
        tables.forEach(RowTable::close);
        blocks.forEach(FloatBlock::close);
    }
}
