package io.freshet.online;

import io.freshet.event.EventTypes;
import io.freshet.memory.MemoryConfig;
import java.time.Duration;

/**
 * How a step learns from new clicks. A part of the model's identity: a journal rerun with other values gives another
 * model.
 *
 * @param optimizerSteps optimiser steps for each batch of new clicks
 * @param fullStepClicks records up to which a step is made in full; one of more is hurried: it makes one optimiser step, and
 *     takes no more positions of an updated sequence than of a replayed one
 * @param newLength newest positions of an updated sequence that take part
 * @param replaySequences sequences drawn from the reservoir for each optimiser step, beside the updated ones
 * @param replayLength newest positions of a replayed sequence that take part
 * @param replayCapacity users that the reservoir keeps
 * @param k length of the list that counts as a hit in the prequential figures
 * @param metricsWindow events in the moving prequential figures
 * @param memory what bounds the memory beside the network
 * @param itemRetention how long an item is known after its last click, by the clicks' times; zero for ever
 * @param types what the types of events mean
 */
public record LearningConfig(
        int optimizerSteps,
        int fullStepClicks,
        int newLength,
        int replaySequences,
        int replayLength,
        int replayCapacity,
        int k,
        int metricsWindow,
        MemoryConfig memory,
        Duration itemRetention,
        EventTypes types) {
    /** Three optimiser steps for each batch, each with 128 replayed sequences of up to 20 positions. */
    public static final LearningConfig DEFAULT =
            new LearningConfig(3, 128, 50, 128, 20, 50_000, 10, 5_000, MemoryConfig.DEFAULT, Duration.ZERO);

    public LearningConfig {
        requireAtLeast(1, optimizerSteps, "optimizerSteps");
        requireAtLeast(1, fullStepClicks, "fullStepClicks");
        requireAtLeast(2, newLength, "newLength");
        requireAtLeast(0, replaySequences, "replaySequences");
        requireAtLeast(2, replayLength, "replayLength");
        requireAtLeast(1, replayCapacity, "replayCapacity");
        requireAtLeast(1, k, "k");
        requireAtLeast(1, metricsWindow, "metricsWindow");
        if (itemRetention.isNegative()) {
            throw new IllegalArgumentException("itemRetention must not be negative: itemRetention=" + itemRetention);
        }
    }

    /** All types of events mean the same. */
    public LearningConfig(
            int optimizerSteps,
            int fullStepClicks,
            int newLength,
            int replaySequences,
            int replayLength,
            int replayCapacity,
            int k,
            int metricsWindow,
            MemoryConfig memory,
            Duration itemRetention) {
        this(
                optimizerSteps,
                fullStepClicks,
                newLength,
                replaySequences,
                replayLength,
                replayCapacity,
                k,
                metricsWindow,
                memory,
                itemRetention,
                EventTypes.ALIKE);
    }

    /** With the usual memory, steps that are never hurried, and items that are never forgotten. */
    public LearningConfig(
            int optimizerSteps,
            int newLength,
            int replaySequences,
            int replayLength,
            int replayCapacity,
            int k,
            int metricsWindow) {
        this(
                optimizerSteps,
                Integer.MAX_VALUE,
                newLength,
                replaySequences,
                replayLength,
                replayCapacity,
                k,
                metricsWindow,
                MemoryConfig.DEFAULT,
                Duration.ZERO);
    }

    /** Optimiser steps of a step that takes so many records. */
    int optimizerSteps(int records) {
        return isHurried(records) ? 1 : optimizerSteps;
    }

    /** Newest positions of an updated sequence that take part in such a step. */
    int newLength(int records) {
        return isHurried(records) ? Math.min(newLength, replayLength) : newLength;
    }

    /** Whether a step of so many records learns less than a full one. */
    boolean isHurried(int records) {
        return records > fullStepClicks;
    }

    private static void requireAtLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ": " + name + "=" + value);
        }
    }
}
