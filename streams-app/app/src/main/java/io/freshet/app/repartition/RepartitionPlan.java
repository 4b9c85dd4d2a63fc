package io.freshet.app.repartition;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.TopicKeys;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigException;

/**
 * The two applications of a move. They are on the same cluster and share every topic that is not partitioned as the clicks,
 * unless the target's configuration names another one. Immutable.
 *
 * @param source the application that has the state
 * @param target the application that gets it, which reads other topics of clicks
 * @param partitions number of partitions of the target's clicks and state
 */
public record RepartitionPlan(FreshetConfig source, FreshetConfig target, int partitions) {
    /** The topics that the streams role reads, whose partitions are those of the state. */
    static final List<ConfigKey<String>> INPUTS =
            List.of(TopicKeys.CLICKS, TopicKeys.CLICKS_REKEYED, TopicKeys.REQUESTS);

    /** Loads the target's configuration. */
    @FunctionalInterface
    public interface Loader {
        /**
         * Loads it.
         *
         * @param overrides settings that override all others
         */
        FreshetConfig load(Map<String, String> overrides) throws IOException;
    }

    /**
     * Makes a plan. An input topic of the target that would be the source's is named after the source's, followed by the
     * number of partitions.
     *
     * @param target loads the target's configuration
     * @param applicationId the target's application.id
     * @throws ConfigException if the configurations do not fit each other
     */
    public static RepartitionPlan of(FreshetConfig source, Loader target, String applicationId, int partitions)
            throws IOException {
        String old = source.get(ProcessKeys.APPLICATION_ID);
        if (applicationId.equals(old)) {
            throw new ConfigException(
                    "--into must be another application.id than that of the system which runs now: " + applicationId);
        }
        if (source.clickTopics().size() > 1) {
            throw new ConfigException(
                    "freshet repartition moves a system with one topic of clicks, and topics.clicks names "
                            + source.clickTopics());
        }
        Map<String, String> overrides = new HashMap<>();
        overrides.put(ProcessKeys.APPLICATION_ID.name(), applicationId);
        overrides.put(ProcessKeys.APPLICATION_REPLACES.name(), old);
        overrides.put(TopicKeys.PARTITIONS.name(), Integer.toString(partitions));
        FreshetConfig named = target.load(overrides);
        for (ConfigKey<String> input : INPUTS) {
            if (named.get(input).equals(source.get(input))) {
                overrides.put(input.name(), source.get(input) + "-" + partitions);
            }
        }
        RepartitionPlan plan = new RepartitionPlan(source, target.load(overrides), partitions);
        plan.requireOneCluster();
        plan.requireOwnInputs();
        return plan;
    }

    private void requireOneCluster() {
        String servers = source.kafka().bootstrapServers();
        if (!target.kafka().bootstrapServers().equals(servers)) {
            throw new ConfigException("Both applications must have the same kafka.bootstrap.servers: " + servers
                    + ", and " + target.kafka().bootstrapServers());
        }
    }

    private void requireOwnInputs() {
        for (ConfigKey<String> input : INPUTS) {
            if (source.topics().contains(target.get(input))) {
                throw new ConfigException("The new application must have a topic of its own in " + input.name()
                        + ", and the present one uses " + target.get(input));
            }
        }
    }

    String sourceId() {
        return source.get(ProcessKeys.APPLICATION_ID);
    }

    String targetId() {
        return target.get(ProcessKeys.APPLICATION_ID);
    }

    /** Returns the target's input topic of each input topic of the source, in the order in which they are forwarded. */
    Map<String, String> inputs() {
        Map<String, String> inputs = new LinkedHashMap<>();
        INPUTS.forEach(input -> inputs.put(source.get(input), target.get(input)));
        return inputs;
    }

    /** Returns the target's topic of each topic of the source that the move creates with more partitions. */
    Map<String, String> topics() {
        Map<String, String> topics = new LinkedHashMap<>(inputs());
        List<String> from = TopicPlan.stateTopics(sourceId());
        List<String> to = TopicPlan.stateTopics(targetId());
        for (int i = 0; i < from.size(); i++) {
            topics.put(from.get(i), to.get(i));
        }
        return topics;
    }

    /** Returns whether both applications have the same topic under this key. */
    boolean shares(ConfigKey<String> topic) {
        return source.get(topic).equals(target.get(topic));
    }

    /** Returns the settings that the new application needs and that differ from those of the present one. */
    public Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        settings.put(ProcessKeys.APPLICATION_ID.name(), targetId());
        settings.put(ProcessKeys.APPLICATION_REPLACES.name(), sourceId());
        settings.put(TopicKeys.PARTITIONS.name(), Integer.toString(partitions));
        for (ConfigKey<String> topic : TopicKeys.NAMES) {
            if (!shares(topic)) {
                settings.put(topic.name(), target.get(topic));
            }
        }
        return settings;
    }

    /** Returns what has to be done by hand because the new application does not share a topic; empty if it shares all others. */
    public List<String> remarks() {
        Map<ConfigKey<String>, String> remarks = new LinkedHashMap<>();
        remarks.put(
                TopicKeys.SEQUENCES,
                "another topic of sequences: let the trainer learn all of the old one before it ends, and run 'freshet"
                        + " models adopt VERSION --learn-from beginning' before the new trainer starts");
        remarks.put(
                TopicKeys.MODEL_LOG,
                "another model log: run 'freshet models adopt VERSION' before the new trainer starts");
        remarks.put(TopicKeys.ITEMS, "another topic of the catalogue: write the catalogue to it");
        remarks.put(TopicKeys.RECOMMENDATIONS, "another topic of recommendations: let its consumers read both");
        return remarks.entrySet().stream()
                .filter(remark -> !shares(remark.getKey()))
                .map(remark -> target.get(remark.getKey()) + " is " + remark.getValue())
                .toList();
    }
}
