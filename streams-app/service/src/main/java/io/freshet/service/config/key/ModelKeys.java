package io.freshet.service.config.key;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.encoder.EncoderChoice;
import java.time.Duration;

/** Keys of the model: its network, and its memory of neighbouring clicks. */
public final class ModelKeys {
    static final KeyGroup KEYS = new KeyGroup();

    public static final ConfigKey<EncoderChoice> ENCODER = KEYS.text("model.encoder", "sasrec")
            .as(EncoderChoice::parse)
            .doc("The network: `sasrec` (self-attention), `gru4rec` (a gated recurrent network), `lrurec` (a linear"
                    + " recurrent network), `fmlprec` (filters in the frequency domain), `bsarec` (filters and"
                    + " attention), `bert4rec` (attention in both directions), `caser` (convolutions over five"
                    + " clicks), or `dl4j:FILE`, a network described by a file of Deeplearning4j.");
    public static final ConfigKey<Integer> DIM =
            KEYS.integer("model.dim", 64, "floats").between(8, 1_024).doc("Width of an item's embedding.");
    public static final ConfigKey<Integer> MAX_LENGTH = KEYS.integer("model.max.length", 50, "clicks")
            .between(1, 1_000)
            .doc("Newest clicks that the encoder reads.");
    public static final ConfigKey<Integer> BLOCKS = KEYS.integer("model.blocks", 2)
            .between(1, 16)
            .doc("Blocks of `sasrec`, `lrurec`, `fmlprec`, `bsarec` and `bert4rec`.");
    public static final ConfigKey<Integer> HEADS = KEYS.integer("model.heads", 1)
            .between(1, 64)
            .doc("Attention heads of a block of `sasrec`, `bsarec` and `bert4rec`.");
    public static final ConfigKey<Float> ITEM_DEVIATION =
            KEYS.decimal("model.item.deviation", "0.1").positive().doc("Standard deviation of a new item's embedding.");
    public static final ConfigKey<Long> SEED =
            KEYS.longInteger("model.seed", 42, "").doc("Seed of all random numbers that the model uses.");
    public static final ConfigKey<Integer> MEMORY_WINDOW = KEYS.integer("model.memory.window", 10, "clicks")
            .between(0, CooccurrenceConfig.MAX_WINDOW)
            .doc("Number of a user's newest clicks that the memory counts as neighbours of the next click; 0 for a"
                    + " network without a memory.");
    public static final ConfigKey<Integer> MEMORY_NEIGHBOURS = KEYS.integer("model.memory.neighbours", 64, "items")
            .between(1, CooccurrenceConfig.MAX_NEIGHBOURS)
            .doc("Neighbours that the memory keeps for each item.");
    public static final ConfigKey<Integer> MEMORY_HALVING_CLICKS = KEYS.integer(
                    "model.memory.halving.clicks", 256, "clicks")
            .between(1, CooccurrenceConfig.MAX_HALVING_CLICKS)
            .doc("Number of neighbouring clicks of an item above which the memory halves the item's weights.");
    public static final ConfigKey<Duration> ITEM_RETENTION = KEYS.millis("model.item.retention.ms", Duration.ZERO)
            .atLeast(0)
            .doc("The model forgets an item without clicks for this long, measured by the timestamps of clicks, and"
                    + " gives its row to a new item; 0 for never.");

    private ModelKeys() {}
}
