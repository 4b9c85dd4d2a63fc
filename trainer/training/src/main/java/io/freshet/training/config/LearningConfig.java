package io.freshet.training.config;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.store.event.EventTypes;
import java.time.Duration;

/**
 * Settings that determine how a step learns from new clicks. They are part of the model's identity: a rerun of the
 * journal with other values yields another model.
 *
 * @param optimizerSteps optimiser steps for each batch of new clicks
 * @param newLength number of positions, the newest ones, that are learned from an updated sequence
 * @param replay sequences that are learned again with each optimiser step, in addition to the updated ones
 * @param metrics prequential metrics
 * @param fullStepClicks maximum number of records in a full step. A step with more records is a catch-up step: it
 *     makes one optimiser step, and learns no more positions of an updated sequence than of a replayed one
 * @param memory bounds of the memory beside the network
 * @param itemRetention how long an item is kept after its last click, in the time of the clicks; zero to keep items
 *     for ever
 * @param types meanings of the event types
 * @param newItems the vector with which a new item begins
 */
public record LearningConfig(
        int optimizerSteps,
        int newLength,
        Replay replay,
        Metrics metrics,
        int fullStepClicks,
        CooccurrenceConfig memory,
        Duration itemRetention,
        EventTypes types,
        NewItems newItems) {
    /** Three optimiser steps for each batch, each with 128 replayed sequences of up to 20 positions. */
    public static final LearningConfig DEFAULT =
            new LearningConfig(3, 50, new Replay(128, 20, 50_000), new Metrics(10, 5_000)).withFullStepClicks(128);

    /**
     * The replay buffer.
     *
     * @param sequences sequences drawn from the reservoir for each optimiser step
     * @param length number of positions, the newest ones, that are learned from a replayed sequence
     * @param capacity maximum number of users in the reservoir
     */
    public record Replay(int sequences, int length, int capacity) {
        public Replay {
            requireAtLeast(0, sequences, "replaySequences");
            requireAtLeast(2, length, "replayLength");
            requireAtLeast(1, capacity, "replayCapacity");
        }
    }

    /**
     * The prequential metrics.
     *
     * @param k cut-off: a target ranked among the first k is a hit
     * @param window number of ranked events in the moving metrics
     * @param ranked which share of the clicks is ranked. It is the only setting here that may change: the journal contains
     *     the share of each step
     */
    public record Metrics(int k, int window, RankSampling ranked) {
        /** Metrics with {@link RankSampling#AUTO}. */
        public Metrics(int k, int window) {
            this(k, window, RankSampling.AUTO);
        }

        public Metrics {
            requireAtLeast(1, k, "k");
            requireAtLeast(1, window, "metricsWindow");
        }
    }

    public LearningConfig {
        requireAtLeast(1, optimizerSteps, "optimizerSteps");
        requireAtLeast(2, newLength, "newLength");
        requireAtLeast(1, fullStepClicks, "fullStepClicks");
        if (itemRetention.isNegative()) {
            throw new IllegalArgumentException("itemRetention must not be negative: itemRetention=" + itemRetention);
        }
    }

    /**
     * A configuration with the default memory, no catch-up steps, items that are never forgotten, event types that
     * all mean the same, and new items that begin near the history of their first click.
     */
    public LearningConfig(int optimizerSteps, int newLength, Replay replay, Metrics metrics) {
        this(
                optimizerSteps,
                newLength,
                replay,
                metrics,
                Integer.MAX_VALUE,
                CooccurrenceConfig.DEFAULT,
                Duration.ZERO,
                EventTypes.ALIKE,
                NewItems.NEAR_HISTORY);
    }

    /** Returns a copy with catch-up steps above this number of records. */
    public LearningConfig withFullStepClicks(int most) {
        return new LearningConfig(
                optimizerSteps, newLength, replay, metrics, most, memory, itemRetention, types, newItems);
    }

    /** Returns a copy with other bounds of the memory. */
    public LearningConfig withMemory(CooccurrenceConfig other) {
        return new LearningConfig(
                optimizerSteps, newLength, replay, metrics, fullStepClicks, other, itemRetention, types, newItems);
    }

    /** Returns a copy that forgets items so long after their last click; zero for never. */
    public LearningConfig withItemRetention(Duration other) {
        return new LearningConfig(
                optimizerSteps, newLength, replay, metrics, fullStepClicks, memory, other, types, newItems);
    }

    /** Returns a copy with other meanings of the event types. */
    public LearningConfig withTypes(EventTypes other) {
        return new LearningConfig(
                optimizerSteps, newLength, replay, metrics, fullStepClicks, memory, itemRetention, other, newItems);
    }

    /** Returns a copy in which new items begin with other vectors. */
    public LearningConfig withNewItems(NewItems other) {
        return new LearningConfig(
                optimizerSteps, newLength, replay, metrics, fullStepClicks, memory, itemRetention, types, other);
    }

    /** Returns the number of optimiser steps of a step of {@code records} records. */
    public int optimizerSteps(int records) {
        return isCatchUp(records) ? 1 : optimizerSteps;
    }

    /**
     * Returns how many of the newest positions of an updated sequence a step of {@code records} records learns from.
     */
    public int newLength(int records) {
        return isCatchUp(records) ? Math.min(newLength, replay.length()) : newLength;
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
