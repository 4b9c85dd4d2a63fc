package io.freshet.online;

import io.freshet.model.ModelConfig;
import io.freshet.model.TrainingConfig;
import io.freshet.store.RetentionPolicy;
import java.time.Duration;
import java.util.Map;

/**
 * Settings of an online trainer.
 *
 * @param modelName name of the model: key of the model log, prefix of the manifests' keys, and the store's folder
 * @param topics what it reads and writes
 * @param transactionalId fixed for each model: of the trainers that have it, one at most learns
 * @param model the network
 * @param training how it learns a batch
 * @param learning what a step is
 * @param stepClicks records of a step at most
 * @param hurryClicks records that wait from which on a step takes up to {@value #HURRIED_STEPS} times as many, so that
 *     learning catches up; 0 for never
 * @param stepLinger longest wait for a step to fill, once a record is there
 * @param batchClicks records of each step, whatever the timing, in place of the two before; 0 to let time decide
 * @param publishInterval time between two deltas, as nearly as steps end
 * @param deltaPartBytes size that a delta is cut at
 * @param snapshotInterval least time between two snapshots
 * @param retention snapshots that stay in the store, beside the one that is served
 * @param gateShare what is learned is held back while the newest window's NDCG is below this share of the best recent
 *     one; 0 for never
 * @param leaseTimeout how long a trainer that learns may be silent before one that stands by takes over; zero for none
 *     to stand by: a trainer that starts then fences an older one at once
 * @param consumer settings of the Kafka consumers, beside those that the trainer must set itself
 * @param producer settings of the Kafka producer, likewise
 */
public record OnlineConfig(
        String modelName,
        Topics topics,
        String transactionalId,
        ModelConfig model,
        TrainingConfig training,
        LearningConfig learning,
        int stepClicks,
        int hurryClicks,
        Duration stepLinger,
        int batchClicks,
        Duration publishInterval,
        int deltaPartBytes,
        Duration snapshotInterval,
        RetentionPolicy retention,
        double gateShare,
        Duration leaseTimeout,
        Map<String, Object> consumer,
        Map<String, Object> producer) {
    /** How many times {@code hurryClicks} a step takes at most. */
    static final int HURRIED_STEPS = 4;

    /**
     * The topics of a trainer.
     *
     * @param sequences updated sequences, of any number of partitions
     * @param modelLog journal and deltas, of one partition
     * @param modelManifests what each snapshot is
     */
    public record Topics(String sequences, String modelLog, String modelManifests) {
        /** The names that the design gives them. */
        public static final Topics DEFAULT = new Topics("sequences", "model-log", "model-manifests");
    }

    public OnlineConfig {
        consumer = Map.copyOf(consumer);
        producer = Map.copyOf(producer);
        require(!modelName.isEmpty() && !transactionalId.isEmpty(), "modelName and transactionalId must not be empty");
        require(stepClicks >= 1, "stepClicks must be at least 1: stepClicks=" + stepClicks);
        require(hurryClicks >= 0, "hurryClicks must not be negative: hurryClicks=" + hurryClicks);
        require(batchClicks >= 0, "batchClicks must not be negative: batchClicks=" + batchClicks);
        require(gateShare >= 0 && gateShare < 1, "gateShare must be at least 0 and below 1: gateShare=" + gateShare);
        require(deltaPartBytes >= 1024, "deltaPartBytes must be at least 1024: deltaPartBytes=" + deltaPartBytes);
        require(
                !stepLinger.isNegative()
                        && !publishInterval.isNegative()
                        && !snapshotInterval.isNegative()
                        && !leaseTimeout.isNegative(),
                "times must not be negative: stepLinger=" + stepLinger + " publishInterval=" + publishInterval
                        + " snapshotInterval=" + snapshotInterval + " leaseTimeout=" + leaseTimeout);
    }

    /**
     * What an ordinary trainer has: steps of up to 128 records, each waiting 10 ms for more, a delta every 200 ms, a snapshot every
     * minute, the newest three of them kept; nothing published below half of the best window; one that stands by takes over after 6 s.
     *
     * @param kafka how to reach the cluster, for all clients
     */
    public static OnlineConfig defaults(
            String modelName, ModelConfig model, TrainingConfig training, Map<String, Object> kafka) {
        return new OnlineConfig(
                modelName,
                Topics.DEFAULT,
                "freshet-trainer-" + modelName,
                model,
                training,
                LearningConfig.DEFAULT,
                128,
                128,
                Duration.ofMillis(10),
                0,
                Duration.ofMillis(200),
                512 * 1024,
                Duration.ofSeconds(60),
                new RetentionPolicy(3, 0),
                0.5,
                Duration.ofSeconds(6),
                kafka,
                kafka);
    }

    /** Records that a poll of the input should bring at most. */
    int pollRecords() {
        return Math.max(mostClicks(hurryClicks), batchClicks);
    }

    /** Records of a step at most, where so many wait. */
    int mostClicks(long waiting) {
        return hurryClicks > 0 && waiting >= hurryClicks
                ? Math.max(stepClicks, HURRIED_STEPS * hurryClicks)
                : stepClicks;
    }

    /** Item rows that fit into one part of a delta. */
    int rowsPerPart() {
        int rowBytes = Integer.BYTES + model.encoder().dim() * Float.BYTES;
        return Math.max(1, deltaPartBytes / rowBytes);
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
