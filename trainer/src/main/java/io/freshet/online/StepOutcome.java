package io.freshet.online;

import io.freshet.delta.StepRecord;

/** What one step made of its updates. Immutable; the arrays are this object's and must not be changed. */
public final class StepOutcome {
    private final long step;
    private final TargetRanks ranks; // in order of the updates
    private final double loss;
    private final int examples;
    private final int replayed;
    private final boolean hurried;
    private final int forgotten;
    private final int skipped;

    StepOutcome(
            long step,
            TargetRanks ranks,
            double loss,
            int examples,
            int replayed,
            boolean hurried,
            int forgotten,
            int skipped) {
        this.step = step;
        this.ranks = ranks;
        this.loss = loss;
        this.examples = examples;
        this.replayed = replayed;
        this.hurried = hurried;
        this.forgotten = forgotten;
        this.skipped = skipped;
    }

    /** Number of the step, from 1. */
    public long step() {
        return step;
    }

    /**
     * What the model as it serves gave each new position: {@link StepRecord#NO_EVENT}, {@link StepRecord#MISS}, or the
     * rank from 1.
     */
    public int[] ranks() {
        return ranks.served();
    }

    /** What its network alone gave them. */
    public int[] networkRanks() {
        return ranks.network();
    }

    /** What its memory alone gave them. */
    public int[] memoryRanks() {
        return ranks.memory();
    }

    /** Targets that were ranked, misses among them. */
    public int events() {
        int events = 0;
        for (int rank : ranks.served()) {
            events += rank == StepRecord.NO_EVENT ? 0 : 1;
        }
        return events;
    }

    /** Mean loss over the targets of the last optimiser step; 0 where there was nothing to learn. */
    public double loss() {
        return loss;
    }

    /** Sequences in the last optimiser step, new and replayed. */
    public int examples() {
        return examples;
    }

    /** How many of them came from the reservoir. */
    public int replayed() {
        return replayed;
    }

    /** Whether it learned less than a full step, because there were so many updates. */
    public boolean isHurried() {
        return hurried;
    }

    /** Items that it took out of the vocabulary. */
    public int forgotten() {
        return forgotten;
    }

    /** Optimiser steps that changed nothing, because their loss or gradients were not finite. */
    public int skipped() {
        return skipped;
    }
}
