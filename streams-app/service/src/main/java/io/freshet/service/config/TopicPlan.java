package io.freshet.service.config;

import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.config.key.TrainerKeys;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * The plan of Freshet's topics: which topics are needed, with their partitions and settings.
 *
 * @param config names the topics
 */
public record TopicPlan(FreshetConfig config) {
    public static final String CLEANUP_POLICY = "cleanup.policy";
    public static final String COMPACT = "compact";
    public static final String DELETE = "delete";
    public static final String RETENTION_MS = "retention.ms";
    public static final String MAX_MESSAGE_BYTES = "max.message.bytes";
    private static final String SEGMENT_BYTES = "segment.bytes";

    /** Large enough for the dense parameters of a large model, which are one record. */
    private static final String DELTA_MESSAGE_BYTES = Integer.toString(16 << 20);

    /** Kafka removes whole segments only, so that small ones keep to a short retention. */
    private static final String DELTA_SEGMENT_BYTES = Integer.toString(64 << 20);

    /** For a few keys that are written every second: small segments, so that compaction reaches them soon. */
    private static final Map<String, String> OFTEN_REPLACED =
            Map.of(CLEANUP_POLICY, COMPACT, SEGMENT_BYTES, "8388608", "min.cleanable.dirty.ratio", "0.1");

    private static final String STATE_TOPIC = "-user-sequences-changelog";
    private static final String OUTCOMES_TOPIC = "-click-outcomes-changelog";

    /**
     * Returns the changelog topic of an application's user state, which Kafka Streams creates with the partitions of the
     * clicks.
     */
    public static String stateTopic(String applicationId) {
        return applicationId + STATE_TOPIC;
    }

    /** Returns the changelog topic of an application's counts of click outcomes. */
    public static String outcomesTopic(String applicationId) {
        return applicationId + OUTCOMES_TOPIC;
    }

    /** Returns the changelog topics of an application, all of which have as many partitions as the clicks. */
    public static List<String> stateTopics(String applicationId) {
        return List.of(stateTopic(applicationId), outcomesTopic(applicationId));
    }

    /**
     * Returns the remedy for partitions that were added to an input topic of the streams role. They change which
     * partition a user is in, and Kafka cannot remove partitions.
     *
     * @param statePartitions number of partitions of the state
     */
    public static String remedyForAdded(int statePartitions) {
        return "Only the first " + statePartitions + " partitions are read. 'freshet repartition' moves the state to an"
                + " application with more partitions, and its clicks with it; see operations.md, \"More partitions\"."
                + " Do not delete the state";
    }

    /** Returns the topics that must exist, in the order of the data flow. */
    public List<String> needed() {
        return config.topics().stream()
                .filter(name -> config.get(RecordKeys.CATALOGUE) || !name.equals(config.get(TopicKeys.ITEMS)))
                .toList();
    }

    /** Returns the topics that have a partition for each learner. */
    public Set<String> byLearner() {
        return Set.of(config.get(TopicKeys.MODEL_LOG), config.get(TopicKeys.MODEL_MERGES));
    }

    /** Returns the remedy for a topic that has fewer partitions than learners. */
    public String remedyForLearners(String topic) {
        return "Add partitions with 'kafka-topics.sh --bootstrap-server "
                + config.kafka().bootstrapServers() + " --alter --topic " + topic + " --partitions "
                + config.get(TrainerKeys.LEARNERS) + "' while the trainers are stopped";
    }

    /** Returns the topics in which a user must be in the same partition: those that the streams role reads by user. */
    public Set<String> partitionedAlike() {
        Set<String> topics = new HashSet<>(config.clickTopics());
        topics.add(config.get(TopicKeys.CLICKS_REKEYED));
        topics.add(config.get(TopicKeys.REQUESTS));
        return topics;
    }

    /** Returns the remedy for topics of clicks with different numbers of partitions. */
    public String remedyForUnequal() {
        return "The number must be that of " + stateTopic(config.get(ProcessKeys.APPLICATION_ID))
                + " if that topic exists, and is otherwise your choice. In place of each topic of clicks with another number,"
                + " create a topic with this number, copy the clicks to it with the user's id as the key, name it in"
                + " topics.clicks and produce to it. Do not add partitions to a topic that has clicks: its users would have"
                + " two sequences each";
    }

    /** Returns the topics in which the newest record of each key remains valid until another one replaces it. */
    public Set<String> inForce() {
        return Set.of(
                config.get(TopicKeys.MODEL_MANIFESTS),
                config.get(TopicKeys.ITEMS),
                config.get(TopicKeys.POPULAR_ITEMS));
    }

    /** Returns the topic to create. */
    public NewTopic newTopic(String name, int userPartitions) {
        boolean single = Set.of(
                        config.get(TopicKeys.MODEL_DELTAS),
                        config.get(TopicKeys.MODEL_MANIFESTS),
                        config.get(TopicKeys.POPULAR_ITEMS))
                .contains(name);
        int copies = config.get(TopicKeys.REPLICATION_FACTOR);
        Optional<Short> replication = copies < 0 ? Optional.empty() : Optional.of((short) copies);
        int others = byLearner().contains(name) ? config.get(TrainerKeys.LEARNERS) : userPartitions;
        return new NewTopic(name, Optional.of(single ? 1 : others), replication).configs(settings(name));
    }

    /** Returns the settings that a topic is created with; for all others, the brokers' defaults apply. */
    public Map<String, String> settings(String name) {
        Map<String, String> settings = new HashMap<>();
        if (Set.of(config.get(TopicKeys.MODEL_MANIFESTS), config.get(TopicKeys.ITEMS))
                .contains(name)) {
            settings.put(CLEANUP_POLICY, COMPACT);
            return settings;
        }
        if (name.equals(config.get(TopicKeys.POPULAR_ITEMS))) {
            return OFTEN_REPLACED;
        }
        settings.put(
                CLEANUP_POLICY, name.equals(config.get(TopicKeys.RECOMMENDATIONS)) ? COMPACT + "," + DELETE : DELETE);
        Duration retention = config.get(TopicKeys.RETENTION);
        boolean isMerges = name.equals(config.get(TopicKeys.MODEL_MERGES));
        if (isMerges || name.equals(config.get(TopicKeys.MODEL_DELTAS))) {
            retention = config.get(isMerges ? TopicKeys.MERGES_RETENTION : TopicKeys.DELTAS_RETENTION);
            settings.put(MAX_MESSAGE_BYTES, DELTA_MESSAGE_BYTES);
            settings.put(SEGMENT_BYTES, DELTA_SEGMENT_BYTES);
        }
        settings.put(RETENTION_MS, Long.toString(retention.toMillis()));
        return settings;
    }
}
