package io.freshet.service.config.key;

import io.freshet.training.config.NewItems;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.config.RankSampling;
import java.time.Duration;
import org.apache.kafka.common.config.ConfigDef;

/** Keys of the trainer: what a step learns, and the online loop. */
public final class TrainerKeys {
    static final KeyGroup KEYS = new KeyGroup();

    public static final ConfigKey<Float> LEARNING_RATE =
            KEYS.decimal("training.learning.rate", "0.002").positive().doc("Adam's step size.");
    public static final ConfigKey<Float> BETA1 =
            KEYS.decimal("training.beta1", "0.9").between(0, 0.999999).doc("Decay of Adam's first moment.");
    public static final ConfigKey<Float> BETA2 =
            KEYS.decimal("training.beta2", "0.999").between(0, 0.99999999).doc("Decay of Adam's second moment.");
    public static final ConfigKey<Float> EPSILON =
            KEYS.decimal("training.epsilon", "1e-8").positive().doc("Floor of Adam's denominator.");
    public static final ConfigKey<Float> WEIGHT_DECAY =
            KEYS.decimal("training.weight.decay", "0").atLeast(0).doc("L2 weight added to the gradients.");
    public static final ConfigKey<Float> DROPOUT = KEYS.decimal("training.dropout", "0.2")
            .between(0, 0.95)
            .doc("Share of activations dropped while learning.");
    public static final ConfigKey<Integer> NEGATIVES =
            KEYS.integer("training.negatives", 512, "items").atLeast(1).doc("Negatives shared by one optimiser step.");
    public static final ConfigKey<Float> ALPHA = KEYS.decimal("training.alpha", "0")
            .atLeast(0)
            .doc("Weight of the negatives; 0 for (items - 1) / negatives.");
    public static final ConfigKey<Integer> WORKERS = KEYS.integer("training.workers", 0, "threads")
            .between(0, 1_024)
            .doc("Threads of an optimiser step; 0 for one per processor.");
    public static final ConfigKey<Integer> SHARDS = KEYS.integer("training.shards", 8)
            .between(1, 256)
            .doc("Gradient shards, summed in a fixed order: more threads than shards are of no use. The exact bits"
                    + " of the model depend on this number.");
    public static final ConfigKey<Float> MAX_GRADIENT_NORM = KEYS.decimal("training.max.gradient.norm", "0")
            .atLeast(0)
            .doc("The largest global norm of a step's gradients, to which larger ones are scaled down; 0 for no"
                    + " bound.");
    public static final ConfigKey<Integer> SEQUENCE_TARGETS = KEYS.integer("training.sequence.targets", 4)
            .atLeast(0)
            .doc("The most targets of a sequence that a step learns with `fmlprec`, `bsarec`, `bert4rec`, `caser`"
                    + " or `dl4j:FILE`, which encode the sequence again for each target: the newest targets of"
                    + " an updated sequence, random targets of a replayed one; 0 for all. Other networks"
                    + " encode all positions at once and learn all targets.");
    public static final ConfigKey<Integer> STEP_CLICKS =
            KEYS.integer("online.step.clicks", 128, "clicks").atLeast(1).doc("The most new clicks in one step.");
    public static final ConfigKey<Integer> CATCHUP_CLICKS = KEYS.integer("online.catchup.clicks", 128, "clicks")
            .atLeast(0)
            .doc("When this many clicks wait, a step takes up to four times as many. A step of more than"
                    + " `online.step.clicks` makes a single optimiser step and learns no more of an updated"
                    + " sequence than of a replayed one, so that learning keeps up; 0 for never.");
    public static final ConfigKey<Duration> STEP_LINGER = KEYS.millis("online.step.linger.ms", Duration.ofMillis(10))
            .atLeast(0)
            .doc("The longest wait for a step to fill, after its first click.");
    public static final ConfigKey<Integer> BATCH_CLICKS = KEYS.integer("online.batch.clicks", 0, "clicks")
            .atLeast(0)
            .doc("Exact number of clicks in each step, whatever the timing; clicks wait until there are enough."
                    + " With 0, `online.step.clicks`, `online.catchup.clicks` and"
                    + " `online.step.linger.ms` decide.");
    public static final ConfigKey<Integer> OPTIMIZER_STEPS =
            KEYS.integer("online.optimizer.steps", 3).between(1, 100).doc("Optimiser steps for each step's clicks.");
    public static final ConfigKey<Integer> NEW_LENGTH = KEYS.integer("online.new.length", 50, "clicks")
            .atLeast(2)
            .doc("Number of newest clicks of an updated sequence that a step learns from.");
    public static final ConfigKey<Integer> REPLAY_SEQUENCES = KEYS.integer("online.replay.sequences", 128, "sequences")
            .atLeast(0)
            .doc("Remembered sequences mixed into each optimiser step.");
    public static final ConfigKey<Integer> REPLAY_LENGTH = KEYS.integer("online.replay.length", 20, "clicks")
            .atLeast(2)
            .doc("Number of newest clicks of a replayed sequence that a step learns from.");
    public static final ConfigKey<Integer> REPLAY_CAPACITY = KEYS.integer("online.replay.capacity", 50_000, "users")
            .atLeast(1)
            .doc("Users whose sequences are remembered for replay.");
    public static final ConfigKey<RankSampling> RANK_SHARE = KEYS.text("online.rank.share", "auto")
            .as(RankSampling::parse)
            .doc(
                    "Share of the clicks that are ranked among all items before they are learned from, above 0 and at most 1,"
                            + " or `auto`: all clicks up to 10,000 items, and beyond that as many as cost a sixteenth of what"
                            + " learning costs, or half of that in a catch-up step. The prequential metrics, the gate and the"
                            + " weights of the mixture rest on the ranked clicks. May be changed at any restart.");
    public static final ConfigKey<NewItems> NEW_ITEMS = KEYS.text("online.new.items", "history")
            .requires(ConfigDef.ValidString.in("history", "random"))
            .as(NewItems::parse)
            .doc("The vector with which an item begins at its first click: `history`, near the items before it in the"
                    + " user's history, or `random`, which depends only on `model.seed` and the item's id.");
    public static final ConfigKey<Duration> PUBLISH_INTERVAL = KEYS.millis(
                    "online.publish.interval.ms", Duration.ofMillis(200))
            .atLeast(0)
            .doc("Time between two deltas of the model.");
    public static final ConfigKey<Integer> PUBLISH_BYTES = KEYS.integer(
                    "online.publish.bytes.per.second", OnlineConfig.DELTA_BYTES_PER_SECOND, "bytes")
            .atLeast(0)
            .doc(
                    "Bytes of item rows and dense parameters that deltas may have per second, before compression. Rows that"
                            + " changed most go first, and values are rounded to bfloat16. Each click takes some 25 bytes more. With"
                            + " 0, deltas have all that changed, in float32.");
    public static final ConfigKey<Integer> DELTA_PART_BYTES = KEYS.integer("online.delta.part.bytes", 524_288, "bytes")
            .atLeast(1_024)
            .doc("The largest part of a delta in one record; a longer delta is split into several records.");
    public static final ConfigKey<Duration> SNAPSHOT_INTERVAL = KEYS.millis(
                    "online.snapshot.interval.ms", Duration.ofMinutes(1))
            .atLeast(1)
            .doc("Time between two snapshots of the model.");
    public static final ConfigKey<Integer> SNAPSHOTS_KEPT = KEYS.integer("online.snapshots.kept", 3, "snapshots")
            .atLeast(1)
            .doc("Number of newest snapshots kept in the model store; a snapshot that a rollback serves is kept as"
                    + " well.");
    public static final ConfigKey<Integer> SNAPSHOTS_KEPT_DAYS = KEYS.integer("online.snapshots.kept.days", 0, "days")
            .between(0, 3_650)
            .doc("Number of newest days, in UTC, whose last snapshot is kept as well; days without a snapshot do"
                    + " not count.");
    public static final ConfigKey<Double> GATE_SHARE = KEYS.preciseDecimal("online.gate.share", "0.5")
            .between(0, 0.95)
            .doc("The trainer holds learned changes back while the NDCG of the moving prequential metrics is below"
                    + " this share of the best of the newest 20 published windows; the model published before"
                    + " stays in use. 0 for never.");
    public static final ConfigKey<Duration> LEASE_TIMEOUT = KEYS.millis(
                    "online.lease.timeout.ms", Duration.ofSeconds(6))
            .atLeast(0)
            .doc("The longest silence of the learning trainer before a standby trainer takes over. With 0 there are"
                    + " no standby trainers: the trainer that starts last learns.");
    public static final ConfigKey<Integer> LEARNERS = KEYS.integer("learners.count", 1, "learners")
            .between(1, 64)
            .doc("Learners that learn the model in parallel, each from a part of the users. Each needs a partition of"
                    + " `topics.model-log` and at least one of `topics.sequences`. Processes with the role trainer share"
                    + " them; all need the same number.");
    public static final ConfigKey<Integer> MERGE_STEPS = KEYS.integer("learners.merge.steps", 2, "steps")
            .atLeast(1)
            .doc("Steps of `online.step.clicks` after which several learners merge what they have learned. They merge"
                    + " earlier if `online.publish.interval.ms` has passed. With more steps, they learn more clicks in the"
                    + " same time, but each knows later what the others have learned.");
    public static final ConfigKey<Integer> METRICS_K = KEYS.integer("online.metrics.k", 10, "items")
            .atLeast(1)
            .doc("Length of the ranked list in which a target counts as a hit.");
    public static final ConfigKey<Integer> METRICS_WINDOW = KEYS.integer("online.metrics.window", 5_000, "events")
            .atLeast(1)
            .doc("Ranked events in the moving prequential metrics.");

    private TrainerKeys() {}
}
