package io.freshet.store.modellog;

import java.util.Arrays;

/**
 * Ranks that a model and its two parts gave to each new position of some updates: {@link StepRecord#NO_EVENT},
 * {@link StepRecord#UNRANKED}, {@link StepRecord#MISS}, or the rank from 1. Immutable; callers must not modify the arrays, which belong to this
 * object.
 *
 * @param served ranks by the mixture of network and memory, which the model serves; (new positions)
 * @param network ranks by the network alone; (new positions)
 * @param memory ranks by the memory alone; (new positions)
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content
public record TargetRanks(int[] served, int[] network, int[] memory) {
    @Override
    public boolean equals(Object o) {
        return o instanceof TargetRanks other
                && Arrays.equals(served, other.served)
                && Arrays.equals(network, other.network)
                && Arrays.equals(memory, other.memory);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(served);
    }
}
