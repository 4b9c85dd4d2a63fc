package io.freshet.training.step;

import io.freshet.store.modellog.StepRecord;

/**
 * Ranks that a model and its two parts gave to each new position of some updates: {@link StepRecord#NO_EVENT},
 * {@link StepRecord#MISS}, or the rank from 1. Immutable; callers must not modify the arrays, which belong to this
 * object.
 *
 * @param served (new positions) ranks by the mixture of network and memory, which the model serves
 * @param network (new positions) ranks by the network alone
 * @param memory (new positions) ranks by the memory alone
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record TargetRanks(int[] served, int[] network, int[] memory) {}
