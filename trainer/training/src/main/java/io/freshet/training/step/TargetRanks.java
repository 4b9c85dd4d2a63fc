package io.freshet.training.step;

import io.freshet.store.modellog.StepRecord;

/**
 * Ranks that a model and its two parts gave to each new position of some updates: {@link StepRecord#NO_EVENT},
 * {@link StepRecord#MISS}, or the rank from 1. Immutable; callers must not modify the arrays, which belong to this
 * object.
 */
public final class TargetRanks {
    private final int[] served; // (new positions)
    private final int[] network; // (new positions)
    private final int[] memory; // (new positions)

    public TargetRanks(int[] served, int[] network, int[] memory) {
        this.served = served;
        this.network = network;
        this.memory = memory;
    }

    /** Returns the ranks by the mixture of network and memory, which the model serves. */
    public int[] served() {
        return served;
    }

    /** Returns the ranks by the network alone. */
    public int[] network() {
        return network;
    }

    /** Returns the ranks by the memory alone. */
    public int[] memory() {
        return memory;
    }
}
