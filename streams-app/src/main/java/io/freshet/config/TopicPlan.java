package io.freshet.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * What Freshet's topics are to be: which of them are needed, their partitions and their settings.
 *
 * @param config how those are created that are not there
 */
public record TopicPlan(Topics topics, TopicConfig config) {
    public static final String CLEANUP_POLICY = "cleanup.policy";
    public static final String COMPACT = "compact";
    public static final String DELETE = "delete";
    public static final String RETENTION_MS = "retention.ms";
    public static final String MAX_MESSAGE_BYTES = "max.message.bytes";

    /** The dense parameters of a large model stand in one record. */
    private static final String MODEL_LOG_MESSAGE_BYTES = Integer.toString(16 << 20);

    /** A few keys that are written every second: small segments, so that compaction gets at them. */
    private static final Map<String, String> OFTEN_REPLACED =
            Map.of(CLEANUP_POLICY, COMPACT, "segment.bytes", "8388608", "min.cleanable.dirty.ratio", "0.1");

    private static final String STATE_TOPIC = "-user-sequences-changelog";

    /** The topic that keeps a copy of an application's users; Kafka Streams makes it, with the partitions of the clicks. */
    public static String stateTopic(String applicationId) {
        return applicationId + STATE_TOPIC;
    }

    /**
     * What to do where partitions were added to topics that the state follows: the partition of each user is another one
     * then, and partitions cannot be taken away again.
     */
    public static String remedyForAdded(int statePartitions) {
        return "Clicks in the new partitions are not read. Either create topics with " + statePartitions
                + " partitions, name"
                + " them in topics.clicks, topics.clicks-rekeyed and topics.recommendation-requests, copy the unread clicks to"
                + " them and produce to them; or start over with another application.id, another model.name and new topics in"
                + " topics.*."
                + " Do not delete the state";
    }

    /** What a configuration says of the topics. */
    public static TopicPlan of(FreshetConfig config) {
        return new TopicPlan(config.topics(), config.topicCreation());
    }

    /** The topics that must be there, in the order of the data's way. */
    public List<String> needed() {
        return topics.all().stream()
                .filter(name -> config.catalogue() || !name.equals(topics.items()))
                .toList();
    }

    /** Topics in which a user must stand in the same partition as in the clicks. */
    public Set<String> partitionedAsClicks() {
        return Set.of(topics.clicksRekeyed(), topics.requests());
    }

    /** Topics whose every key is in force until another record takes its place. */
    public Set<String> inForce() {
        return Set.of(topics.modelManifests(), topics.items(), topics.popularItems());
    }

    /** A topic as it is created. */
    public NewTopic newTopic(String name, int userPartitions) {
        boolean single = Set.of(topics.modelLog(), topics.modelManifests(), topics.popularItems())
                .contains(name);
        Optional<Short> replication =
                config.replicationFactor() < 0 ? Optional.empty() : Optional.of(config.replicationFactor());
        return new NewTopic(name, Optional.of(single ? 1 : userPartitions), replication).configs(settings(name));
    }

    /** The settings that a topic is created with; those of the brokers hold for all others. */
    public Map<String, String> settings(String name) {
        Map<String, String> settings = new HashMap<>();
        if (Set.of(topics.modelManifests(), topics.items()).contains(name)) {
            settings.put(CLEANUP_POLICY, COMPACT);
            return settings;
        }
        if (name.equals(topics.popularItems())) {
            return OFTEN_REPLACED;
        }
        settings.put(CLEANUP_POLICY, name.equals(topics.recommendations()) ? COMPACT + "," + DELETE : DELETE);
        if (name.equals(topics.modelLog())) {
            settings.put(MAX_MESSAGE_BYTES, MODEL_LOG_MESSAGE_BYTES);
        }
        settings.put(RETENTION_MS, Long.toString(config.retention().toMillis()));
        return settings;
    }
}
