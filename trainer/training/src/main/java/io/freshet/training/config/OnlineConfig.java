package io.freshet.training.config;

import io.freshet.model.recommender.ModelConfig;
import io.freshet.store.RetentionPolicy;
import io.freshet.training.learner.TrainingConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Settings of an online trainer.
 *
 * @param modelName name of the model: key of the model log, prefix of the manifests' keys, and the store's folder
 * @param topics topics that the trainer reads and writes
 * @param clients settings of the trainer's Kafka clients
 * @param model settings of the network
 * @param training how the network learns from a batch
 * @param learning settings of a step
 * @param steps which records make up a step
 * @param publishing when deltas and snapshots are written
 * @param leaseTimeout how long the learning trainer may be silent before a standby trainer takes over; zero for no
 *     standby trainers: a trainer that starts then fences an older one at once
 * @param learners the learners that learn the model in parallel, and which of them this configuration is of
 */
public record OnlineConfig(
        String modelName,
        Topics topics,
        Clients clients,
        ModelConfig model,
        TrainingConfig training,
        LearningConfig learning,
        Steps steps,
        Publishing publishing,
        Duration leaseTimeout,
        Learners learners) {
    /** Default of {@link Publishing#bytesPerSecond}. */
    public static final int DELTA_BYTES_PER_SECOND = 150_000;

    /**
     * Topics of a trainer.
     *
     * @param sequences updated sequences; any number of partitions
     * @param modelLog journals; a partition for each learner
     * @param modelDeltas deltas; one partition
     * @param modelMerges differences of several learners, a partition for each of them; not used with one learner
     * @param modelManifests manifests of the snapshots
     */
    public record Topics(
            String sequences, String modelLog, String modelDeltas, String modelMerges, String modelManifests) {
        /** The standard topic names. */
        public static final Topics DEFAULT =
                new Topics("sequences", "model-log", "model-deltas", "model-merges", "model-manifests");
    }

    /**
     * The learners that learn one model in parallel.
     *
     * @param number number of the learner that a configuration is of, from 0
     * @param count number of learners, at least 1
     * @param mergeSteps number of steps after which a learner gives its difference, at least 1
     * @param model name of the model that they learn
     */
    public record Learners(int number, int count, int mergeSteps, String model) {
        public Learners {
            require(count >= 1, "learners.count must be at least 1: count=" + count);
            require(number >= 0 && number < count, "0 <= number < count must hold: number=" + number);
            require(mergeSteps >= 1, "mergeSteps must be at least 1: mergeSteps=" + mergeSteps);
        }

        /** Returns whether there is more than one learner. */
        public boolean areSeveral() {
            return count > 1;
        }

        /**
         * Returns the name of a learner: the key of its records, and the store's folder of its snapshots. Learner 0 has that
         * of the model.
         */
        String name(int learner) {
            return model + suffix(learner);
        }

        /** Returns the names of all learners, in the order of their numbers. */
        public List<String> names() {
            return IntStream.range(0, count).mapToObj(this::name).toList();
        }

        /** Returns what the names of a learner have after those of learner 0. */
        static String suffix(int learner) {
            return learner == 0 ? "" : "-learner-" + learner;
        }

        /** Returns whether this learner learns from a partition of the input. */
        public boolean owns(int partition) {
            return partition % count == number;
        }
    }

    /**
     * Settings of the Kafka clients, except those that the trainer must set itself.
     *
     * @param transactionalId transactional id of the producer. All trainers of a model share it, so at most one of them
     *     can commit
     */
    public record Clients(Map<String, Object> consumer, String transactionalId, Map<String, Object> producer) {
        public Clients {
            consumer = Map.copyOf(consumer);
            producer = Map.copyOf(producer);
            require(!transactionalId.isEmpty(), "transactionalId must not be empty");
        }
    }

    /**
     * Which of the waiting records make up a step.
     *
     * @param clicks maximum number of records in a step
     * @param linger maximum time to wait for more records after the first record of a step
     * @param catchUpClicks number of waiting records from which a step takes up to {@value #CATCH_UP_FACTOR} times
     *     {@code catchUpClicks} records, so that learning catches up; 0 for never
     * @param batchClicks fixed number of records in each step, however long they take to arrive. It replaces the other
     *     settings; 0 for steps of the records that have arrived
     */
    public record Steps(int clicks, Duration linger, int catchUpClicks, int batchClicks) {
        /** Maximum number of records in a step when clicks wait, as a multiple of {@code catchUpClicks}. */
        static final int CATCH_UP_FACTOR = 4;

        public Steps {
            require(clicks >= 1, "step clicks must be at least 1: clicks=" + clicks);
            require(catchUpClicks >= 0, "catchUpClicks must not be negative: catchUpClicks=" + catchUpClicks);
            require(batchClicks >= 0, "batchClicks must not be negative: batchClicks=" + batchClicks);
            require(!linger.isNegative(), "linger must not be negative: linger=" + linger);
        }

        /** Returns steps of the records that have arrived, without catching up. */
        public static Steps upTo(int clicks, Duration linger) {
            return new Steps(clicks, linger, 0, 0);
        }

        /** Returns these steps with catching up when so many clicks wait; 0 for never. */
        public Steps withCatchUpFrom(int waitingClicks) {
            return new Steps(clicks, linger, waitingClicks, batchClicks);
        }

        /** Returns these steps with a fixed number of records; 0 for the records that have arrived. */
        public Steps withBatchesOf(int records) {
            return new Steps(clicks, linger, catchUpClicks, records);
        }

        /** Returns the maximum number of records that one poll of the input should return. */
        public int pollRecords() {
            return Math.max(mostClicks(catchUpClicks), batchClicks);
        }

        /** Returns the number of records in a step when enough wait, and none catches up. */
        public int full() {
            return batchClicks > 0 ? batchClicks : clicks;
        }

        /** Returns the maximum number of records in a step when {@code waiting} records wait. */
        public int mostClicks(long waiting) {
            return catchUpClicks > 0 && waiting >= catchUpClicks
                    ? Math.max(clicks, CATCH_UP_FACTOR * catchUpClicks)
                    : clicks;
        }
    }

    /**
     * When deltas and snapshots are written.
     *
     * @param deltaInterval time between two deltas, rounded to the end of a step
     * @param deltaPartBytes size in bytes above which a delta is split into parts
     * @param bytesPerSecond bytes of rows and dense parameters, rounded to bfloat16, that deltas may have per second; 0
     *     for everything that changed, in float32
     * @param snapshotInterval minimum time between two regular snapshots
     * @param retention snapshots that stay in the store, in addition to the one that is served
     * @param gateShare learned weights are not published while the NDCG of the newest window is below this share of the
     *     best recent window's NDCG; 0 to publish always
     */
    public record Publishing(
            Duration deltaInterval,
            int deltaPartBytes,
            long bytesPerSecond,
            Duration snapshotInterval,
            RetentionPolicy retention,
            double gateShare) {
        public Publishing {
            require(
                    gateShare >= 0 && gateShare < 1,
                    "gateShare must be at least 0 and below 1: gateShare=" + gateShare);
            require(bytesPerSecond >= 0, "bytesPerSecond must not be negative: bytesPerSecond=" + bytesPerSecond);
            require(deltaPartBytes >= 1024, "deltaPartBytes must be at least 1024: deltaPartBytes=" + deltaPartBytes);
            require(
                    !deltaInterval.isNegative() && !snapshotInterval.isNegative(),
                    "intervals must not be negative: deltaInterval=" + deltaInterval + " snapshotInterval="
                            + snapshotInterval);
        }
    }

    public OnlineConfig {
        require(!modelName.isEmpty(), "modelName must not be empty");
        require(!leaseTimeout.isNegative(), "leaseTimeout must not be negative: leaseTimeout=" + leaseTimeout);
        require(
                !learners.areSeveral() || learning.itemRetention().isZero(),
                "several learners cannot forget items: itemRetention=" + learning.itemRetention());
        require(
                !learners.areSeveral() || !leaseTimeout.isZero(),
                "several learners need leases: leaseTimeout must be above 0: leaseTimeout=" + leaseTimeout);
    }

    /** Creates a configuration with one learner. */
    public OnlineConfig(
            String modelName,
            Topics topics,
            Clients clients,
            ModelConfig model,
            TrainingConfig training,
            LearningConfig learning,
            Steps steps,
            Publishing publishing,
            Duration leaseTimeout) {
        this(
                modelName,
                topics,
                clients,
                model,
                training,
                learning,
                steps,
                publishing,
                leaseTimeout,
                new Learners(0, 1, 1, modelName));
    }

    /** Returns this configuration for several learners. It is that of learner 0, which publishes the model. */
    public OnlineConfig withLearners(int count, int mergeSteps) {
        return with(clients, publishing, modelName, new Learners(0, count, mergeSteps, modelName));
    }

    /**
     * Returns the configuration of a learner. Learner 0 has the names of a single trainer. The others have a transactional
     * id, a key in the journal and snapshots of their own, and their snapshots are never served.
     */
    public OnlineConfig ofLearner(int number) {
        Learners own = new Learners(number, learners.count(), learners.mergeSteps(), learners.model());
        if (number == 0) {
            return with(clients, publishing, modelName, own);
        }
        Publishing ungated = new Publishing(
                publishing.deltaInterval(),
                publishing.deltaPartBytes(),
                publishing.bytesPerSecond(),
                publishing.snapshotInterval(),
                publishing.retention(),
                0);
        return with(
                new Clients(
                        clients.consumer(), clients.transactionalId() + Learners.suffix(number), clients.producer()),
                ungated,
                own.name(number),
                own);
    }

    /** Returns this configuration with the name of the model that all learners learn, for reading its snapshots. */
    public OnlineConfig ofTheModel() {
        return with(clients, publishing, learners.model(), learners);
    }

    private OnlineConfig with(Clients otherClients, Publishing otherPublishing, String name, Learners others) {
        return new OnlineConfig(
                name, topics, otherClients, model, training, learning, steps, otherPublishing, leaseTimeout, others);
    }

    /**
     * Returns the consumer group of the trainers of a model that has so many learners. Trainers that disagree on this number
     * are in different groups.
     *
     * @param transactionalId transactional id of learner 0
     */
    public static String leaseGroup(String transactionalId, int learners) {
        return learners == 1 ? transactionalId : transactionalId + "-learners-" + learners;
    }

    /**
     * Returns the default settings: steps of up to 128 records, which wait 10 ms for more; a delta every 200 ms, of up to
     * {@value #DELTA_BYTES_PER_SECOND} bytes per second; a snapshot every minute, of which the newest three are kept; nothing published below half of the best window's
     * NDCG; and a standby trainer that takes over after 6 s.
     *
     * @param kafka connection settings for all clients
     */
    public static OnlineConfig defaults(
            String modelName, ModelConfig model, TrainingConfig training, Map<String, Object> kafka) {
        return new OnlineConfig(
                modelName,
                Topics.DEFAULT,
                new Clients(kafka, "freshet-trainer-" + modelName, kafka),
                model,
                training,
                LearningConfig.DEFAULT,
                Steps.upTo(128, Duration.ofMillis(10)).withCatchUpFrom(128),
                new Publishing(
                        Duration.ofMillis(200),
                        512 * 1024,
                        DELTA_BYTES_PER_SECOND,
                        Duration.ofSeconds(60),
                        new RetentionPolicy(3, 0),
                        0.5),
                Duration.ofSeconds(6));
    }

    /** Returns the number of item rows that fit into one part of a delta. */
    public int rowsPerPart() {
        int rowBytes = Integer.BYTES + model.encoder().dim() * Float.BYTES;
        return Math.max(1, publishing.deltaPartBytes() / rowBytes);
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
