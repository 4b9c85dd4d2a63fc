package io.freshet.training.replaybuffer;

import org.jspecify.annotations.Nullable;

/**
 * Receives a sequence as a range of arrays that belong to the caller. An implementation must copy the rows and
 * weights that it keeps.
 */
@FunctionalInterface
public interface SequenceConsumer {
    /**
     * Receives the item rows at positions {@code from} (inclusive) to {@code to} (exclusive), oldest first.
     *
     * @param weights weights of the same positions as targets; null if all are 1
     */
    void accept(int[] rows, float @Nullable [] weights, int from, int to);
}
