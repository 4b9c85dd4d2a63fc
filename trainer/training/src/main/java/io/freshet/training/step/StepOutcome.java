package io.freshet.training.step;

import io.freshet.store.modellog.StepRecord;

/** Result of one step. Immutable; callers must not modify the arrays, which belong to this object. */
public final class StepOutcome {
    private final long step;
    private final TargetRanks ranks; // in the order of the updates
    private final double loss;
    private final int examples;
    private final int replayed;
    private final boolean catchUp;
    private final int forgotten;
    private final int skipped;

    public StepOutcome(
            long step,
            TargetRanks ranks,
            double loss,
            int examples,
            int replayed,
            boolean catchUp,
            int forgotten,
            int skipped) {
        this.step = step;
        this.ranks = ranks;
        this.loss = loss;
        this.examples = examples;
        this.replayed = replayed;
        this.catchUp = catchUp;
        this.forgotten = forgotten;
        this.skipped = skipped;
    }

    /** Returns the number of the step, from 1. */
    public long step() {
        return step;
    }

    /**
     * Returns the rank that the served mixture gave each new position: {@link StepRecord#NO_EVENT},
     * {@link StepRecord#MISS}, or the rank from 1.
     */
    public int[] ranks() {
        return ranks.served();
    }

    /** Returns the ranks by the network alone. */
    public int[] networkRanks() {
        return ranks.network();
    }

    /** Returns the ranks by the memory alone. */
    public int[] memoryRanks() {
        return ranks.memory();
    }

    /** Returns the number of targets ranked, including misses. */
    public int events() {
        int events = 0;
        for (int rank : ranks.served()) {
            events += rank == StepRecord.NO_EVENT ? 0 : 1;
        }
        return events;
    }

    /** Returns the mean loss over the targets of the last optimiser step; 0 if there was nothing to learn. */
    public double loss() {
        return loss;
    }

    /** Returns the number of sequences in the last optimiser step, updated and replayed. */
    public int examples() {
        return examples;
    }

    /** Returns how many of the {@link #examples} came from the reservoir. */
    public int replayed() {
        return replayed;
    }

    /** Returns whether the step learned less than a full one, because it had so many updates. */
    public boolean isCatchUp() {
        return catchUp;
    }

    /** Returns the number of items that the step removed from the vocabulary. */
    public int forgotten() {
        return forgotten;
    }

    /** Returns the number of optimiser steps that changed nothing, because their loss or gradients were not finite. */
    public int skipped() {
        return skipped;
    }
}
