package io.freshet.online;

import io.freshet.delta.StepRecord;

/**
 * What a model and its parts gave each new position of some updates: {@link StepRecord#NO_EVENT}, {@link
 * StepRecord#MISS}, or the rank from 1. Immutable; the arrays are this object's and must not be changed by anyone.
 */
public final class TargetRanks {
    private final int[] served; // (new positions)
    private final int[] network; // (new positions)
    private final int[] memory; // (new positions)

    TargetRanks(int[] served, int[] network, int[] memory) {
        this.served = served;
        this.network = network;
        this.memory = memory;
    }

    /** By the mixture of network and memory, which is what the model serves. */
    public int[] served() {
        return served;
    }

    /** By the network alone. */
    public int[] network() {
        return network;
    }

    /** By the memory alone. */
    public int[] memory() {
        return memory;
    }
}
