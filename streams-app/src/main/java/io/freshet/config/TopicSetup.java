package io.freshet.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
 * Brings Freshet's topics into being and checks those that were there before.
 *
 * <p>Returns only when every partition has a leader: a record that is produced right after a topic's creation can be
 * lost without a word. Safe to run from several processes at once.
 */
public final class TopicSetup {
    private static final Logger LOG = LoggerFactory.getLogger(TopicSetup.class);
    private static final String CLEANUP_POLICY = "cleanup.policy";
    private static final String RETENTION_MS = "retention.ms";

    /** The dense parameters of a large model stand in one record. */
    private static final String MODEL_LOG_MESSAGE_BYTES = Integer.toString(16 << 20);

    /** A few keys that are written every second: small segments, so that compaction gets at them. */
    private static final Map<String, String> OFTEN_REPLACED =
            Map.of(CLEANUP_POLICY, "compact", "segment.bytes", "8388608", "min.cleanable.dirty.ratio", "0.1");

    private static final long POLL_MS = 50;

    private final Admin admin;
    private final Topics topics;
    private final TopicConfig config;
    private final List<String> needed;
    private final Duration timeout;

    /**
     * @param admin stays the caller's to close
     * @param timeout the longest wait for any one answer of the brokers, and for the leaders
     */
    public TopicSetup(Admin admin, Topics topics, TopicConfig config, Duration timeout) {
        this.admin = admin;
        this.topics = topics;
        this.config = config;
        needed = topics.all().stream()
                .filter(name -> config.catalogue() || !name.equals(topics.items()))
                .toList();
        this.timeout = timeout;
    }

    /** Runs the setup with an admin client of its own. */
    public static void run(FreshetConfig config, Duration timeout) {
        try (Admin admin = Admin.create(config.kafka().forAdmin())) {
            new TopicSetup(admin, config.topics(), config.topicCreation(), timeout).run();
        }
    }

    /**
     * Creates what is missing, waits for leaders, checks.
     *
     * @throws ConfigException if a topic is missing and may not be created, or has partitions or a cleanup policy with
     *     which Freshet would lose data
     */
    public void run() {
        Set<String> existing = await(admin.listTopics().names(), "list topics");
        List<String> missing =
                needed.stream().filter(name -> !existing.contains(name)).toList();
        if (!missing.isEmpty()) {
            create(missing, existing);
        }
        requirePartitions(awaitLeaders());
        requireCompaction(topics.modelManifests());
        if (config.catalogue()) {
            requireCompaction(topics.items());
        }
    }

    private void create(List<String> missing, Set<String> existing) {
        if (!config.create()) {
            throw new ConfigException(
                    "Topics must exist when " + ConfigKeys.TOPICS_CREATE + "=false: missing=" + missing);
        }
        int userPartitions = existing.contains(topics.clicks()) ? partitionsOf(topics.clicks()) : config.partitions();
        for (String name : missing) {
            createOne(newTopic(name, userPartitions));
        }
    }

    private void createOne(NewTopic topic) {
        try {
            admin.createTopics(List.of(topic)).all().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            LOG.info("Created topic {} partitions={} {}", topic.name(), topic.numPartitions(), topic.configs());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new KafkaException("Cannot create topic " + topic.name(), e.getCause());
            }
            LOG.debug("Topic {} was created by another process", topic.name());
        } catch (TimeoutException e) {
            throw new KafkaException("Topic must be created within " + timeout + ": topic=" + topic.name(), e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private NewTopic newTopic(String name, int userPartitions) {
        boolean single = Set.of(topics.modelLog(), topics.modelManifests(), topics.popularItems())
                .contains(name);
        Optional<Short> replication =
                config.replicationFactor() < 0 ? Optional.empty() : Optional.of(config.replicationFactor());
        return new NewTopic(name, Optional.of(single ? 1 : userPartitions), replication).configs(settingsOf(name));
    }

    private Map<String, String> settingsOf(String name) {
        Map<String, String> settings = new HashMap<>();
        if (Set.of(topics.modelManifests(), topics.items()).contains(name)) {
            settings.put(CLEANUP_POLICY, "compact");
            return settings;
        }
        if (name.equals(topics.popularItems())) {
            return OFTEN_REPLACED;
        }
        settings.put(CLEANUP_POLICY, name.equals(topics.recommendations()) ? "compact,delete" : "delete");
        if (name.equals(topics.modelLog())) {
            settings.put("max.message.bytes", MODEL_LOG_MESSAGE_BYTES);
        }
        settings.put(RETENTION_MS, Long.toString(config.retention().toMillis()));
        return settings;
    }

    private int partitionsOf(String name) {
        return partitionsIn(await(admin.describeTopics(List.of(name)).allTopicNames(), "describe " + name), name);
    }

    private Map<String, TopicDescription> awaitLeaders() {
        long deadlineNs = System.nanoTime() + timeout.toNanos();
        while (true) {
            Map<String, TopicDescription> described = describeKnown();
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

    private Map<String, TopicDescription> describeKnown() {
        Map<String, TopicDescription> described = new HashMap<>();
        admin.describeTopics(needed).topicNameValues().forEach((name, future) -> {
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
        requireAsManyAsClicks(described, topics.clicksRekeyed(), "A user's clicks must meet in one partition: ");
        requireAsManyAsClicks(
                described, topics.requests(), "A user's clicks and requests must meet in one partition: ");
        int modelLog = partitionsIn(described, topics.modelLog());
        if (modelLog != 1) {
            throw new ConfigException(
                    "The model's log must have one partition: " + topics.modelLog() + " has " + modelLog);
        }
    }

    private void requireAsManyAsClicks(Map<String, TopicDescription> described, String name, String why) {
        int clicks = partitionsIn(described, topics.clicks());
        int others = partitionsIn(described, name);
        if (clicks != others) {
            throw new ConfigException(
                    why + topics.clicks() + " has " + clicks + " partitions, " + name + " has " + others);
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
            String policy = described.get(CLEANUP_POLICY).value();
            if (!policy.contains("compact")) {
                throw new ConfigException("What is in force must not expire: topic=" + resource.name() + " "
                        + CLEANUP_POLICY + "=" + policy + ", must contain compact");
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
