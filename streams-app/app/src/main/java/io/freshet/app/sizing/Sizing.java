package io.freshet.app.sizing;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.config.key.StreamsKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.config.key.TrainerKeys;
import io.freshet.training.config.OnlineConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The resources that a system needs, as arithmetic from unit costs.
 *
 * @param streams all streams processes together
 * @param trainer all learners together, and the memory of one; each stand-by needs the same memory
 * @param kafka the brokers together, for Freshet's topics
 * @param partitions partitions of the clicks that give each processor of the streams role work
 * @param remarks what the figures do not say
 */
public record Sizing(Role streams, Role trainer, Brokers kafka, int partitions, List<String> remarks) {
    /** Heap of a process, and of each item in it. */
    private static final double HEAP_BYTES = 256 << 20;

    private static final double HEAP_BYTES_PER_ITEM = 1_000;

    /** Tensors of a process besides its tables. */
    private static final double TENSOR_BYTES = 16 << 20;

    /** Classes, compiled code, stacks, buffers, the collector's tables and native libraries. */
    private static final double OTHER_BYTES = 288 << 20;

    /** A second table while another snapshot is opened. */
    private static final int SERVED_TABLES = 2;

    /** Vectors, and both of Adam's moments. */
    private static final int LEARNED_TABLES = 3;

    /** Processor time of a click with several learners, by that with one. */
    private static final double WITH_MERGES = 1.14;

    /** Bytes of changed rows, for each float of a row, that a click adds to the differences of several learners. */
    private static final double DIFFERENCE_BYTES_PER_CLICK = 32;

    /** Bytes of deltas that each click adds to {@code online.publish.bytes.per.second}. */
    private static final double DELTA_BYTES_PER_CLICK = 25;

    /** Above this, the tables of a learner take tens of gigabytes. */
    private static final int MOST_ITEMS = 30_000_000;

    /**
     * The load that a system must carry.
     *
     * @param users users that the system remembers
     * @param history mean number of clicks that are kept of a user
     * @param items items that are recommended
     * @param clicksPerSecond in the busiest hour
     * @param replicas copies of each partition in Kafka
     * @param busy share of the processors that may be busy in the busiest hour, above 0 and at most 1
     */
    public record Load(long users, double history, int items, double clicksPerSecond, int replicas, double busy) {
        public Load {
            if (users < 1
                    || !(history > 0)
                    || items < 1
                    || !(clicksPerSecond > 0)
                    || replicas < 1
                    || !(busy > 0 && busy <= 1)) {
                throw new IllegalArgumentException(
                        "users, history, items, rate and replicas must be positive, and the busy"
                                + " share above 0 and at most 1: users=" + users + ", history=" + history + ", items="
                                + items
                                + ", rate=" + clicksPerSecond + ", replicas=" + replicas + ", busy=" + busy);
            }
        }
    }

    /**
     * What a role needs.
     *
     * @param micros processor time of a click, in microseconds
     * @param cores processors, so that the busy share is not exceeded
     * @param memoryBytes memory of one process
     * @param diskBytes disk of all processes together, with standby replicas
     */
    public record Role(double micros, double cores, double memoryBytes, double diskBytes) {}

    /**
     * What the brokers need.
     *
     * @param writtenPerSecond bytes a second that are written to all topics, with replicas
     * @param diskBytes disk of all topics, with replicas, when their retention is reached
     * @param diskByTopic the same by topic; the changelogs are one entry
     */
    public record Brokers(double writtenPerSecond, double diskBytes, Map<String, Double> diskByTopic) {}

    /**
     * Calculates the resources.
     *
     * @param config for the dimension of the vectors, the cache of the stores, and the topics with their retention
     */
    public static Sizing of(Load load, FreshetConfig config, UnitCosts costs) {
        Role streams = streams(load, config, costs);
        Role trainer = trainer(load, config, costs);
        return new Sizing(
                streams,
                trainer,
                kafka(load, config, costs),
                powerOfTwo(Math.max(4, (int) Math.ceil(2 * streams.cores()))),
                remarks(load, config, costs, trainer));
    }

    private static Role streams(Load load, FreshetConfig config, UnitCosts costs) {
        double micros = costs.streamsMicros(load.items());
        int variants = Math.max(1, config.variants().models().size());
        double copies = 1 + standbyReplicas(config);
        return new Role(
                micros,
                cores(micros, load),
                memory(load, config, SERVED_TABLES * variants, 1) + config.get(StreamsKeys.ROCKSDB_CACHE_BYTES),
                copies * load.users() * load.history() * costs.bytes().diskPerKeptClick());
    }

    private static int standbyReplicas(FreshetConfig config) {
        Object replicas = config.kafka().forStreams().getOrDefault(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, 0);
        return Integer.parseInt(String.valueOf(replicas));
    }

    private static Role trainer(Load load, FreshetConfig config, UnitCosts costs) {
        boolean merges = config.trainer().learners().areSeveral();
        double micros = costs.trainerMicros(load.items()) * (merges ? WITH_MERGES : 1);
        int models = merges ? 2 : 1; // one of several learners also has the model at the last merge
        return new Role(micros, cores(micros, load), memory(load, config, LEARNED_TABLES - 1 + models, models), 0);
    }

    /** Returns the memory of a process, as the guide of Kubernetes calculates its bounds. */
    private static double memory(Load load, FreshetConfig config, int tables, int models) {
        double items = load.items();
        double table = items * config.trainer().model().encoder().dim() * Float.BYTES;
        return HEAP_BYTES + models * items * HEAP_BYTES_PER_ITEM + TENSOR_BYTES + tables * table + OTHER_BYTES;
    }

    private static double cores(double micros, Load load) {
        return micros * load.clicksPerSecond() / 1e6 / load.busy();
    }

    private static Brokers kafka(Load load, FreshetConfig config, UnitCosts costs) {
        TopicPlan plan = new TopicPlan(config);
        Map<String, Double> disk = new LinkedHashMap<>();
        double perSecond = costs.bytes().changelogPerClick() * load.clicksPerSecond();
        for (ConfigKey<String> key : TopicKeys.NAMES) {
            double bytes = bytesPerSecond(key, load, config, costs);
            perSecond += bytes;
            String name = key.equals(TopicKeys.CLICKS) ? config.clickTopics().getFirst() : config.get(key);
            String retention = plan.settings(name).get(TopicPlan.RETENTION_MS);
            if (bytes > 0 && retention != null) {
                disk.put(name, load.replicas() * bytes * Long.parseLong(retention) / 1e3);
            }
        }
        disk.put(
                "changelogs",
                load.replicas() * load.users() * load.history() * costs.bytes().diskPerKeptClick());
        double all = disk.values().stream().mapToDouble(Double::doubleValue).sum();
        return new Brokers(load.replicas() * perSecond, all, disk);
    }

    private static double bytesPerSecond(ConfigKey<String> topic, Load load, FreshetConfig config, UnitCosts costs) {
        OnlineConfig trainer = config.trainer();
        if (topic.equals(TopicKeys.MODEL_MERGES)) {
            return trainer.learners().areSeveral()
                    ? differencesPerSecond(load, trainer, trainer.learners().count())
                    : 0;
        }
        if (topic.equals(TopicKeys.MODEL_DELTAS)) {
            return trainer.learners().areSeveral()
                    ? differencesPerSecond(load, trainer, 1) / 2 // bfloat16, and the dense parameters once
                    : config.get(TrainerKeys.PUBLISH_BYTES) + DELTA_BYTES_PER_CLICK * load.clicksPerSecond();
        }
        return costs.bytes().perClick().getOrDefault(topic.name(), 0.0) * load.clicksPerSecond();
    }

    /**
     * Returns the bytes of rounds with float32 numbers, each with the changed rows of all learners.
     *
     * @param dense how many times a round has the dense parameters
     */
    private static double differencesPerSecond(Load load, OnlineConfig trainer, int dense) {
        int learners = trainer.learners().count();
        double mostClicks =
                (double) trainer.learners().mergeSteps() * trainer.steps().full() * learners;
        double seconds = trainer.publishing().deltaInterval().toNanos() / 1e9;
        double clicksOfRound = Math.clamp(load.clicksPerSecond() * seconds, 1, mostClicks);
        double denseBytes = (double) dense * trainer.model().encoder().layout().size() * Float.BYTES;
        return load.clicksPerSecond()
                * (denseBytes / clicksOfRound
                        + DIFFERENCE_BYTES_PER_CLICK * trainer.model().encoder().dim());
    }

    private static List<String> remarks(Load load, FreshetConfig config, UnitCosts costs, Role trainer) {
        List<String> remarks = new ArrayList<>();
        int learners = config.trainer().learners().count();
        if (learners > 1) {
            remarks.add(
                    "The processors are those of learners.merge.steps=8 and online.publish.interval.ms=2000. With more"
                            + " merges, learners need more");
            remarks.add(
                    "Each of the " + learners + " learners needs the memory that is shown. A process that takes over"
                            + " another learner needs it for both");
        }
        if (trainer.micros() * load.clicksPerSecond() / learners > 1e6) {
            remarks.add(String.format(
                    Locale.ROOT,
                    (learners > 1 ? "Each learner is a process. One" : "One process learns. One")
                            + " thread of it learns from %,.0f clicks/s in ordinary steps, and further threads"
                            + " (training.workers) share the work of a step. If clicks wait all the same, it learns less of"
                            + " each sequence until it is up to date (online.catchup.clicks)",
                    1e6 / trainer.micros()));
        }
        if (config.get(TrainerKeys.PUBLISH_BYTES) == 0) {
            remarks.add(
                    "With online.publish.bytes.per.second=0 deltas have no limit, and take more than is shown here");
        }
        int dim = config.trainer().model().encoder().dim();
        if (dim != costs.dim()) {
            remarks.add("The processors are those of vectors of " + costs.dim() + " floats, and the configuration has "
                    + dim + ": measure with freshet bench scale --set model.dim=" + dim);
        }
        if (load.items() > MOST_ITEMS) {
            remarks.add(
                    "The tables of this many items outgrow one process. An engine that divides the table among machines,"
                            + " such as Flink with a sharded store of embeddings, is the right answer");
        }
        int approximate = config.get(ScoringKeys.APPROXIMATE_ITEMS);
        if (approximate > 0 && load.items() >= approximate) {
            remarks.add(String.format(
                    Locale.ROOT,
                    "From %,d items on (scoring.approximate.items), the streams role searches in clusters of the items, which"
                            + " takes much less time than is shown here for a search among all of them",
                    approximate));
        }
        if (load.items() > costs.items().lastKey()) {
            remarks.add(String.format(
                    Locale.ROOT,
                    "The costs were measured with at most %,d items, and are assumed to grow on as they did up to there",
                    costs.items().lastKey()));
        }
        return remarks;
    }

    private static int powerOfTwo(int least) {
        return Integer.highestOneBit(Math.max(1, 2 * least - 1));
    }
}
