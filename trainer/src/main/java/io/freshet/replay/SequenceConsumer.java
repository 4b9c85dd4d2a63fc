package io.freshet.replay;

import org.jspecify.annotations.Nullable;

/** Takes a sequence in as a part of somebody else's arrays, which it must copy from before it returns. */
@FunctionalInterface
public interface SequenceConsumer {
    /**
     * The item rows at positions {@code from} (inclusive) to {@code to} (exclusive), oldest first.
     *
     * @param weights of the same positions as targets; null where each weighs 1
     */
    void accept(int[] rows, float @Nullable [] weights, int from, int to);
}
