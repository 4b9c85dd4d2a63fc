package io.freshet.training.config;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.store.event.EventTypes;
import java.time.Duration;

/**
 * Settings that determine how a step learns from new clicks. They are part of the model's identity: a rerun of the
 * journal with other values yields another model.
 *
 * @param optimizerSteps optimiser steps for each batch of new clicks
 * @param fullStepClicks maximum number of records in a full step. A step with more records is a catch-up step: it
 *     makes one optimiser step, and learns no more positions of an updated sequence than of a replayed one
 * @param newLength number of positions, the newest ones, that are learned from an updated sequence
 * @param replaySequences sequences drawn from the reservoir for each optimiser step, in addition to the updated ones
 * @param replayLength number of positions, the newest ones, that are learned from a replayed sequence
 * @param replayCapacity maximum number of users in the reservoir
 * @param k cut-off of the prequential metrics: a target ranked among the first k is a hit
 * @param metricsWindow number of events in the moving prequential metrics
 * @param memory bounds of the memory beside the network
 * @param itemRetention how long an item is kept after its last click, in the time of the clicks; zero to keep items
 *     for ever
 * @param types meanings of the event types
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
        CooccurrenceConfig memory,
        Duration itemRetention,
        EventTypes types) {
    /** Three optimiser steps for each batch, each with 128 replayed sequences of up to 20 positions. */
    public static final LearningConfig DEFAULT =
            new LearningConfig(3, 128, 50, 128, 20, 50_000, 10, 5_000, CooccurrenceConfig.DEFAULT, Duration.ZERO);

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

    /** A configuration in which all event types mean the same. */
    public LearningConfig(
            int optimizerSteps,
            int fullStepClicks,
            int newLength,
            int replaySequences,
            int replayLength,
            int replayCapacity,
            int k,
            int metricsWindow,
            CooccurrenceConfig memory,
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

    /** A configuration with the default memory, no catch-up steps, and items that are never forgotten. */
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
                CooccurrenceConfig.DEFAULT,
                Duration.ZERO);
    }

    /** Returns the number of optimiser steps of a step of {@code records} records. */
    public int optimizerSteps(int records) {
        return isCatchUp(records) ? 1 : optimizerSteps;
    }

    /**
     * Returns how many of the newest positions of an updated sequence a step of {@code records} records learns from.
     */
    public int newLength(int records) {
        return isCatchUp(records) ? Math.min(newLength, replayLength) : newLength;
    }

    /** Returns whether a step of {@code records} records learns less than a full one. */
    public boolean isCatchUp(int records) {
        return records > fullStepClicks;
    }

    private static void requireAtLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ": " + name + "=" + value);
        }
    }
}
