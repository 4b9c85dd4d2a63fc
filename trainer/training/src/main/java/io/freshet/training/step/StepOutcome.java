package io.freshet.training.step;

import io.freshet.store.modellog.StepRecord;

/**
 * Result of one step. Immutable; callers must not modify the arrays, which belong to this object.
 *
 * @param step number of the step, from 1
 * @param targetRanks ranks of the new positions, in the order of the updates
 * @param loss mean loss over the targets of the last optimiser step; 0 if there was nothing to learn
 * @param examples number of sequences in the last optimiser step, updated and replayed
 * @param replayed how many of the {@code examples} came from the reservoir
 * @param isCatchUp whether the step learned less than a full one, because it had so many updates
 * @param forgotten number of items that the step removed from the vocabulary
 * @param skipped number of optimiser steps that changed nothing, because their loss or gradients were not finite
 */
public record StepOutcome(
        long step,
        TargetRanks targetRanks,
        double loss,
        int examples,
        int replayed,
        boolean isCatchUp,
        int forgotten,
        int skipped) {
    /**
     * Returns the rank that the served mixture gave each new position: {@link StepRecord#NO_EVENT},
     * {@link StepRecord#MISS}, or the rank from 1.
     */
    public int[] ranks() {
        return targetRanks.served();
    }

    /** Returns the ranks by the network alone. */
    public int[] networkRanks() {
        return targetRanks.network();
    }

    /** Returns the ranks by the memory alone. */
    public int[] memoryRanks() {
        return targetRanks.memory();
    }

    /** Returns the number of targets ranked, including misses. */
    public int events() {
        int events = 0;
        for (int rank : ranks()) {
            events += rank == StepRecord.NO_EVENT ? 0 : 1;
        }
        return events;
    }
}
