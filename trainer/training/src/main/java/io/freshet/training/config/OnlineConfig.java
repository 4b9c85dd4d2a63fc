package io.freshet.training.config;

import io.freshet.model.recommender.ModelConfig;
import io.freshet.store.RetentionPolicy;
import io.freshet.training.learner.TrainingConfig;
import java.time.Duration;
import java.util.Map;

/**
 * Settings of an online trainer.
 *
 * @param modelName name of the model: key of the model log, prefix of the manifests' keys, and the store's folder
 * @param topics topics that the trainer reads and writes
 * @param transactionalId transactional id of the producer. All trainers of a model share it, so at most one of them
 *     can commit
 * @param model settings of the network
 * @param training how the network learns from a batch
 * @param learning settings of a step
 * @param stepClicks maximum number of records in a step
 * @param catchUpClicks number of waiting records from which a step takes up to {@value #CATCH_UP_FACTOR} times
 *     {@code catchUpClicks} records, so that learning catches up; 0 for never
 * @param stepLinger maximum time to wait for more records after the first record of a step
 * @param batchClicks fixed number of records in each step, however long they take to arrive. It replaces
 *     {@code stepClicks}, {@code catchUpClicks} and {@code stepLinger}; 0 for steps of the records that have arrived
 * @param publishInterval time between two deltas, rounded to the end of a step
 * @param deltaPartBytes size in bytes above which a delta is split into parts
 * @param snapshotInterval minimum time between two regular snapshots
 * @param retention snapshots that stay in the store, in addition to the one that is served
 * @param gateShare learned weights are not published while the NDCG of the newest window is below this share of the
 *     best recent window's NDCG; 0 to publish always
 * @param leaseTimeout how long the learning trainer may be silent before a standby trainer takes over; zero for no
 *     standby trainers: a trainer that starts then fences an older one at once
 * @param consumer settings of the Kafka consumers, except those that the trainer must set itself
 * @param producer settings of the Kafka producer, except those that the trainer must set itself
 */
public record OnlineConfig(
        String modelName,
        Topics topics,
        String transactionalId,
        ModelConfig model,
        TrainingConfig training,
        LearningConfig learning,
        int stepClicks,
        int catchUpClicks,
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
    /** Maximum number of records in a step when clicks wait, as a multiple of {@code catchUpClicks}. */
    static final int CATCH_UP_FACTOR = 4;

    /**
     * Topics of a trainer.
     *
     * @param sequences updated sequences; any number of partitions
     * @param modelLog journal and deltas; one partition
     * @param modelManifests manifests of the snapshots
     */
    public record Topics(String sequences, String modelLog, String modelManifests) {
        /** The standard topic names. */
        public static final Topics DEFAULT = new Topics("sequences", "model-log", "model-manifests");
    }

    public OnlineConfig {
        consumer = Map.copyOf(consumer);
        producer = Map.copyOf(producer);
        require(!modelName.isEmpty() && !transactionalId.isEmpty(), "modelName and transactionalId must not be empty");
        require(stepClicks >= 1, "stepClicks must be at least 1: stepClicks=" + stepClicks);
        require(catchUpClicks >= 0, "catchUpClicks must not be negative: catchUpClicks=" + catchUpClicks);
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
     * Returns the default settings: steps of up to 128 records, which wait 10 ms for more; a delta every 200 ms; a
     * snapshot every minute, of which the newest three are kept; nothing published below half of the best window's
     * NDCG; and a standby trainer that takes over after 6 s.
     *
     * @param kafka connection settings for all clients
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

    /** Returns the maximum number of records that one poll of the input should return. */
    public int pollRecords() {
        return Math.max(mostClicks(catchUpClicks), batchClicks);
    }

    /** Returns the maximum number of records in a step when {@code waiting} records wait. */
    public int mostClicks(long waiting) {
        return catchUpClicks > 0 && waiting >= catchUpClicks
                ? Math.max(stepClicks, CATCH_UP_FACTOR * catchUpClicks)
                : stepClicks;
    }

    /** Returns the number of item rows that fit into one part of a delta. */
    public int rowsPerPart() {
        int rowBytes = Integer.BYTES + model.encoder().dim() * Float.BYTES;
        return Math.max(1, deltaPartBytes / rowBytes);
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
