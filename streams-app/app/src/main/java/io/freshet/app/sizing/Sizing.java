package io.freshet.app.sizing;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.config.key.StreamsKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.config.key.TrainerKeys;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The resources that a system needs, as arithmetic from unit costs.
 *
 * @param streams all streams processes together
 * @param trainer the process that learns; each stand-by needs the same memory
 * @param kafka the brokers together, for Freshet's topics
 * @param partitions partitions of the clicks that give each processor of the streams role work
 * @param remarks what the figures do not say
 */
public record Sizing(Role streams, Role trainer, Brokers kafka, int partitions, List<String> remarks) {
    /** Vectors of the served items, their names, and the tables that find them, beside the vectors themselves. */
    private static final double SERVED_BYTES_PER_ITEM = 160;

    /** Heap of a streams process or a trainer without users and items, and the JVM's own memory. */
    private static final double PROCESS_BYTES = 800e6;

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
     * @param diskBytes disk of all processes together
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
        Role trainer = trainer(load, costs);
        return new Sizing(
                streams,
                trainer,
                kafka(load, config, costs),
                powerOfTwo(Math.max(4, (int) Math.ceil(2 * streams.cores()))),
                remarks(load, config, costs, trainer));
    }

    private static Role streams(Load load, FreshetConfig config, UnitCosts costs) {
        double micros = costs.streamsMicros(load.items());
        double served =
                load.items() * (Float.BYTES * config.trainer().model().encoder().dim() + SERVED_BYTES_PER_ITEM);
        return new Role(
                micros,
                cores(micros, load),
                PROCESS_BYTES + config.get(StreamsKeys.ROCKSDB_CACHE_BYTES) + served,
                load.users() * load.history() * costs.bytes().diskPerKeptClick());
    }

    private static Role trainer(Load load, UnitCosts costs) {
        double micros = costs.trainerMicros(load.items());
        return new Role(
                micros,
                cores(micros, load),
                PROCESS_BYTES + costs.at(load.items()).trainerBytes(),
                0);
    }

    private static double cores(double micros, Load load) {
        return micros * load.clicksPerSecond() / 1e6 / load.busy();
    }

    private static Brokers kafka(Load load, FreshetConfig config, UnitCosts costs) {
        TopicPlan plan = new TopicPlan(config);
        Map<String, Double> disk = new LinkedHashMap<>();
        double perSecond = costs.bytes().changelogPerClick() * load.clicksPerSecond();
        for (ConfigKey<String> key : TopicKeys.NAMES) {
            double bytes = costs.bytes().perClick().getOrDefault(key.name(), 0.0) * load.clicksPerSecond();
            int budget = config.get(TrainerKeys.PUBLISH_BYTES);
            if (key.equals(TopicKeys.MODEL_DELTAS) && budget > 0) {
                bytes = Math.min(bytes, budget);
            }
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

    private static List<String> remarks(Load load, FreshetConfig config, UnitCosts costs, Role trainer) {
        List<String> remarks = new ArrayList<>();
        if (trainer.micros() * load.clicksPerSecond() > 1e6) {
            remarks.add(String.format(
                    Locale.ROOT,
                    "One process learns. One thread of it learns from %,.0f clicks/s in ordinary steps, and further threads"
                            + " (training.workers) share the work of a step. If clicks wait all the same, it learns less of"
                            + " each sequence until it is up to date (online.catchup.clicks)",
                    1e6 / trainer.micros()));
        }
        if (config.get(TopicKeys.RETENTION).isNegative()
                || config.get(TopicKeys.DELTAS_RETENTION).isNegative()) {
            remarks.add(
                    "A retention of -1 keeps records for ever: the disk of such a topic is shown as negative and has no"
                            + " limit");
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
