package io.freshet.replay;

/** Takes a sequence in as a part of somebody else's array, which it must copy from before it returns. */
@FunctionalInterface
public interface SequenceConsumer {
    /** The item rows at positions {@code from} (inclusive) to {@code to} (exclusive), oldest first. */
    void accept(int[] rows, int from, int to);
}
