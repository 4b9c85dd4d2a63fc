package io.freshet.training.step;

import io.freshet.store.modellog.RankShare;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.modellog.TargetRanks;

/**
 * Result of one step.
 *
 * @param step number of the step, from 1
 * @param targetRanks ranks of each new position, in the order of the updates
 * @param rankShare share of the clicks that the step ranked
 * @param lastBatch what the last optimiser step learned
 * @param skipped number of optimiser steps that changed nothing, because their loss or gradients were not finite
 * @param isCatchUp whether the step learned less than a full one, because it had so many updates
 * @param forgotten number of items that the step removed from the vocabulary
 */
public record StepOutcome(
        long step,
        TargetRanks targetRanks,
        RankShare rankShare,
        Batch lastBatch,
        int skipped,
        boolean isCatchUp,
        int forgotten) {
    /**
     * What an optimiser step learned.
     *
     * @param loss mean loss over the targets; 0 if there was nothing to learn
     * @param examples number of sequences, updated and replayed
     * @param replayed how many of the {@code examples} came from the reservoir
     */
    public record Batch(double loss, int examples, int replayed) {}

    /** Returns the ranks by the served mixture. */
    public int[] ranks() {
        return targetRanks.served();
    }

    /** Returns the number of targets ranked, including misses. */
    public int events() {
        int events = 0;
        for (int rank : ranks()) {
            events += StepRecord.isRanked(rank) ? 1 : 0;
        }
        return events;
    }
}
