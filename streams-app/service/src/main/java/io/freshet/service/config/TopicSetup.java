package io.freshet.service.config;

import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.config.key.TrainerKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates Freshet's missing topics and checks the existing ones.
 *
 * <p>Waits until every partition has a leader, because a record that is produced right after the creation of a topic can be
 * lost without an error. Safe to run from several processes at once.
 */
public final class TopicSetup {
    private static final Logger LOG = LoggerFactory.getLogger(TopicSetup.class);
    private static final long POLL_MS = 50;

    private final Admin admin;
    private final FreshetConfig config;
    private final TopicPlan plan;
    private final List<String> needed;
    private final Duration timeout;

    /**
     * @param admin the admin client, which the caller closes
     * @param timeout the longest wait for each answer of the brokers, and for the leaders
     */
    public TopicSetup(Admin admin, FreshetConfig config, Duration timeout) {
        this.admin = admin;
        this.config = config;
        plan = new TopicPlan(config);
        needed = plan.needed();
        this.timeout = timeout;
    }

    /** Runs the setup with an admin client of its own. */
    public static void run(FreshetConfig config, Duration timeout) {
        try (Admin admin = Admin.create(config.kafka().forAdmin())) {
            new TopicSetup(admin, config, timeout).run();
        }
    }

    /**
     * Creates missing topics, waits for leaders, and checks the topics.
     *
     * @throws ConfigException if a topic is missing and may not be created, or has partitions or a cleanup policy with
     *     which Freshet would lose data
     */
    public void run() {
        Set<String> existing = existing();
        List<String> missing = missing(existing);
        if (!missing.isEmpty() && !config.get(TopicKeys.CREATE)) {
            throw new ConfigException("Topics must exist when " + TopicKeys.CREATE + "=false: missing=" + missing
                    + "; 'freshet topics create' creates them");
        }
        create(missing, existing);
        requirePartitions(awaitLeaders());
        requireCompaction(config.get(TopicKeys.MODEL_MANIFESTS));
        if (config.get(RecordKeys.CATALOGUE)) {
            requireCompaction(config.get(TopicKeys.ITEMS));
        }
    }

    /**
     * Creates missing topics even if {@code topics.create} is false, and waits for leaders. Checks nothing.
     *
     * @return the created topics, in the order of the data flow
     */
    public List<NewTopic> createMissing() {
        Set<String> existing = existing();
        List<NewTopic> created = create(missing(existing), existing);
        awaitLeaders();
        return created;
    }

    private Set<String> existing() {
        return await(admin.listTopics().names(), "list topics");
    }

    /** Returns the needed topics that do not exist, in the order of the data flow. */
    public List<String> missing() {
        return missing(existing());
    }

    /** Returns the number of partitions by topic, without topics that do not exist. */
    public Map<String, Integer> partitionCounts(List<String> names) {
        Map<String, Integer> counts = new HashMap<>();
        describeKnown(names)
                .forEach((name, topic) -> counts.put(name, topic.partitions().size()));
        return counts;
    }

    private List<String> missing(Set<String> existing) {
        return needed.stream().filter(name -> !existing.contains(name)).toList();
    }

    private List<NewTopic> create(List<String> missing, Set<String> existing) {
        if (missing.isEmpty()) {
            return List.of();
        }
        int userPartitions = config.clickTopics().stream()
                .filter(existing::contains)
                .findFirst()
                .map(this::partitionsOf)
                .orElseGet(() -> config.get(TopicKeys.PARTITIONS));
        List<NewTopic> created = new ArrayList<>();
        for (String name : missing) {
            NewTopic topic = plan.newTopic(name, userPartitions);
            if (createOne(topic)) {
                created.add(topic);
            }
        }
        return created;
    }

    /** Returns false if another process has created the topic first. */
    private boolean createOne(NewTopic topic) {
        try {
            admin.createTopics(List.of(topic)).all().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            LOG.info("Created topic {} partitions={} {}", topic.name(), topic.numPartitions(), topic.configs());
            return true;
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new KafkaException("Cannot create topic " + topic.name(), e.getCause());
            }
            LOG.debug("Topic {} was created by another process", topic.name());
            return false;
        } catch (TimeoutException e) {
            throw new KafkaException("Topic must be created within " + timeout + ": topic=" + topic.name(), e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private int partitionsOf(String name) {
        return partitionsIn(await(admin.describeTopics(List.of(name)).allTopicNames(), "describe " + name), name);
    }

    private Map<String, TopicDescription> awaitLeaders() {
        long deadlineNs = System.nanoTime() + timeout.toNanos();
        while (true) {
            Map<String, TopicDescription> described = describeKnown(needed);
            List<String> leaderless = needed.stream()
                    .filter(name -> !described.containsKey(name)
                            || described.get(name).partitions().stream().anyMatch(TopicSetup::hasNoLeader))
                    .toList();
            if (leaderless.isEmpty()) {
                return described;
            }
            if (System.nanoTime() - deadlineNs > 0) {
                throw new KafkaException(
                        "Every partition must have a leader within " + timeout + ": without=" + leaderless);
            }
            pause();
        }
    }

    private Map<String, TopicDescription> describeKnown(List<String> names) {
        Map<String, TopicDescription> described = new HashMap<>();
        admin.describeTopics(names).topicNameValues().forEach((name, future) -> {
            try {
                described.put(name, future.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw new KafkaException("Cannot describe topic " + name, e.getCause());
                }
            } catch (TimeoutException e) {
                throw new KafkaException("Topic must be described within " + timeout + ": topic=" + name, e);
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        });
        return described;
    }

    private static boolean hasNoLeader(TopicPartitionInfo partition) {
        return partition.leader() == null || partition.leader().isEmpty();
    }

    private void requirePartitions(Map<String, TopicDescription> described) {
        String first = config.get(TopicKeys.CLICKS);
        int partitions = partitionsIn(described, first);
        for (String topic : config.clickTopics()) {
            int others = partitionsIn(described, topic);
            if (others != partitions) {
                throw new ConfigException("Topics of clicks must have equally many partitions: " + first + " has "
                        + partitions + " partitions, " + topic + " has " + others + ". "
                        + plan.remedyForUnequal());
            }
        }
        requireAsManyAsClicks(
                described,
                config.get(TopicKeys.CLICKS_REKEYED),
                "Topics of clicks must have equally many partitions: ");
        requireAsManyAsClicks(
                described,
                config.get(TopicKeys.REQUESTS),
                "Topics of clicks and requests must have equally many partitions: ");
        String deltas = config.get(TopicKeys.MODEL_DELTAS);
        int ofDeltas = partitionsIn(described, deltas);
        if (ofDeltas != 1) {
            throw new ConfigException(
                    TopicKeys.MODEL_DELTAS.name() + " must have one partition: " + deltas + " has " + ofDeltas);
        }
        int learners = config.get(TrainerKeys.LEARNERS);
        requireForLearners(described, TopicKeys.MODEL_LOG, learners);
        if (learners > 1) {
            requireForLearners(described, TopicKeys.MODEL_MERGES, learners);
            requireForLearners(described, TopicKeys.SEQUENCES, learners);
        }
    }

    private void requireForLearners(Map<String, TopicDescription> described, ConfigKey<String> key, int learners) {
        String topic = config.get(key);
        int partitions = partitionsIn(described, topic);
        if (partitions < learners) {
            throw new ConfigException(key.name() + " must have a partition for each of " + TrainerKeys.LEARNERS + "="
                    + learners + " learners: " + topic + " has " + partitions + ". " + plan.remedyForLearners(topic));
        }
    }

    private void requireAsManyAsClicks(Map<String, TopicDescription> described, String name, String why) {
        String topic = config.get(TopicKeys.CLICKS);
        int clicks = partitionsIn(described, topic);
        int others = partitionsIn(described, name);
        if (clicks != others) {
            throw new ConfigException(why + topic + " has " + clicks + " partitions, " + name + " has " + others);
        }
    }

    private static int partitionsIn(Map<String, TopicDescription> described, String name) {
        return Objects.requireNonNull(described.get(name)).partitions().size();
    }

    private void requireCompaction(String topic) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Collection<Config> configs = new ArrayList<>(await(
                        admin.describeConfigs(List.of(resource)).all(),
                        "describe the configuration of " + resource.name())
                .values());
        for (Config described : configs) {
            String policy = described.get(TopicPlan.CLEANUP_POLICY).value();
            if (!policy.contains(TopicPlan.COMPACT)) {
                throw new ConfigException("Records that are still in use must not expire: topic=" + resource.name()
                        + " " + TopicPlan.CLEANUP_POLICY + "=" + policy + ", must contain compact");
            }
        }
    }

    private <T> T await(KafkaFuture<T> future, String doing) {
        try {
            return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new KafkaException("Cannot " + doing, e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaException("The brokers must answer within " + timeout + ": asked to " + doing, e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MS);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
