package io.freshet.app.check;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.TopicKeys;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Compares each topic that the configuration names with its expected configuration.
 *
 * @param madeAtStart whether missing topics are created when the process starts
 */
record TopicCheck(FreshetConfig config, Brokers brokers, boolean madeAtStart) {
    private static final String CREATE_COMMAND = "freshet topics create";

    /** Returns the name of a topic's findings. */
    static String name(String topic) {
        return "topic " + topic;
    }

    /**
     * Reports findings for every topic, and returns the topics that exist, with the operations authorised for this user.
     */
    Map<String, TopicDescription> run(Consumer<Finding> found) throws InterruptedException {
        TopicPlan plan = new TopicPlan(config);
        Map<String, TopicDescription> there = describe(plan.needed(), found);
        Map<String, Map<String, String>> settings =
                settings(there.keySet().stream().toList());
        TopicDifferences differences = differences(plan, there, stateOfOtherPartitions(there, found));
        there.forEach((name, description) -> {
            TopicFacts facts = facts(description, settings.getOrDefault(name, Map.of()));
            List<Finding> different = differences.of(facts);
            different.forEach(found);
            if (different.isEmpty()) {
                found.accept(Finding.ok(name(name), facts.summary()));
            }
        });
        return there;
    }

    /**
     * Compares the partitions of the clicks with those of the application's changelogs, which Kafka Streams does not change
     * once created. Returns the partitions of the state, or 0 if there is none yet or this user may not see it.
     */
    private int stateOfOtherPartitions(Map<String, TopicDescription> there, Consumer<Finding> found)
            throws InterruptedException {
        String application = config.get(ProcessKeys.APPLICATION_ID);
        int state = 0;
        for (String changelog : TopicPlan.stateTopics(application)) {
            int kept = partitionsOf(changelog);
            state = Math.max(state, kept);
            boolean isOfUsers = changelog.equals(TopicPlan.stateTopic(application));
            for (String clicks : isOfUsers ? config.clickTopics() : List.of(config.get(TopicKeys.CLICKS))) {
                TopicDescription described = there.get(clicks);
                int wanted = described == null ? 0 : described.partitions().size();
                if (kept > 0 && wanted > 0 && kept != wanted) {
                    found.accept(otherPartitions(isOfUsers ? "" : changelog, clicks, wanted, kept));
                }
            }
        }
        return state;
    }

    /** @param changelog empty for that of the users */
    private Finding otherPartitions(String changelog, String clicks, int wanted, int kept) {
        return changelog.isEmpty()
                ? Finding.problem(
                        name(clicks),
                        "must have as many partitions as the state of application.id="
                                + config.get(ProcessKeys.APPLICATION_ID) + ": " + wanted + ", and not " + kept
                                + "; the others are not read",
                        TopicPlan.remedyForAdded(kept))
                : Finding.problem(
                        name(changelog),
                        "must have as many partitions as " + clicks + ": " + kept + ", and not " + wanted,
                        TopicPlan.remedyForAdded(kept));
    }

    /** Returns the number of partitions of a topic; 0 if it does not exist or this user may not see it. */
    private int partitionsOf(String topic) throws InterruptedException {
        try {
            return Brokers.answer(Objects.requireNonNull(brokers.admin()
                            .describeTopics(List.of(topic))
                            .topicNameValues()
                            .get(topic)))
                    .partitions()
                    .size();
        } catch (ExecutionException e) {
            return 0;
        }
    }

    private TopicDifferences differences(TopicPlan plan, Map<String, TopicDescription> there, int statePartitions) {
        List<String> topics = config.clickTopics();
        String clicks = topics.stream().filter(there::containsKey).findFirst().orElse(topics.getFirst());
        TopicDescription found = there.get(clicks);
        return new TopicDifferences(
                brokers.nodes().size(),
                plan,
                clicks,
                found == null ? 0 : found.partitions().size(),
                statePartitions);
    }

    private Map<String, TopicDescription> describe(List<String> names, Consumer<Finding> found)
            throws InterruptedException {
        Map<String, KafkaFuture<TopicDescription>> asked = brokers.admin()
                .describeTopics(names, new DescribeTopicsOptions().includeAuthorizedOperations(true))
                .topicNameValues();
        Map<String, TopicDescription> there = new LinkedHashMap<>();
        for (String name : names) {
            try {
                there.put(name, Brokers.answer(Objects.requireNonNull(asked.get(name))));
            } catch (ExecutionException e) {
                found.accept(unseen(name, Brokers.cause(e)));
            }
        }
        return there;
    }

    private Finding unseen(String name, Throwable failure) throws InterruptedException {
        return switch (failure) {
            case UnknownTopicOrPartitionException _ -> missing(name);
            case TopicAuthorizationException _ ->
                Finding.problem(
                        name(name),
                        "this user may not see it, or it does not exist",
                        new RequiredAcl("topic", name, "Describe").remedy(brokers.bootstrapServers()));
            default ->
                Finding.problem(
                        name(name),
                        "cannot be described by " + brokers.bootstrapServers() + ": " + failure,
                        "check the load and the log of the brokers, and try again");
        };
    }

    private Finding missing(String name) throws InterruptedException {
        if (!madeAtStart) {
            return Finding.problem(name(name), "must exist, and is missing", "'" + CREATE_COMMAND + "' creates it");
        }
        TopicPlan plan = new TopicPlan(config);
        NewTopic topic = plan.newTopic(name, config.get(TopicKeys.PARTITIONS));
        try {
            var _ = Brokers.answer(brokers.admin()
                    .createTopics(List.of(topic), new CreateTopicsOptions().validateOnly(true))
                    .all());
            return Finding.note(
                    name(name), "is missing; freshet run makes it at its start, and " + CREATE_COMMAND + " now");
        } catch (ExecutionException e) {
            return notCreated(name, Brokers.cause(e));
        }
    }

    private Finding notCreated(String name, Throwable failure) {
        return switch (failure) {
            case TopicAuthorizationException _ ->
                Finding.problem(
                        name(name),
                        "is missing, and this user may not create it",
                        "let an authorised user run '" + CREATE_COMMAND + "', or "
                                + new RequiredAcl("topic", name, "Create").remedy(brokers.bootstrapServers()));
            case InvalidReplicationFactorException e ->
                Finding.problem(
                        name(name),
                        "is missing, and cannot be created with so many copies: " + e.getMessage(),
                        "set topics.replication.factor to at most the number of brokers, which is "
                                + brokers.nodes().size());
            default ->
                Finding.problem(
                        name(name),
                        "is missing, and cannot be created: " + failure.getMessage(),
                        "let an authorised user run '" + CREATE_COMMAND + "'");
        };
    }

    /** Returns settings by topic, without topics whose settings this user may not see. */
    private Map<String, Map<String, String>> settings(List<String> names) throws InterruptedException {
        Map<ConfigResource, KafkaFuture<Config>> asked = brokers.admin()
                .describeConfigs(names.stream()
                        .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                        .toList())
                .values();
        Map<String, Map<String, String>> settings = new HashMap<>();
        for (var entry : asked.entrySet()) {
            try {
                settings.put(entry.getKey().name(), values(Brokers.answer(entry.getValue())));
            } catch (ExecutionException e) {
                // RightsCheck reports this where the settings are needed.
            }
        }
        return settings;
    }

    private static Map<String, String> values(Config config) {
        Map<String, String> values = new HashMap<>();
        for (ConfigEntry entry : config.entries()) {
            if (entry.value() != null) {
                values.put(entry.name(), entry.value());
            }
        }
        return values;
    }

    private static TopicFacts facts(TopicDescription topic, Map<String, String> settings) {
        List<TopicPartitionInfo> partitions = topic.partitions();
        return new TopicFacts(
                topic.name(),
                partitions.size(),
                partitions.stream().mapToInt(p -> p.replicas().size()).min().orElse(0),
                partitions.stream().mapToInt(p -> p.isr().size()).min().orElse(0),
                partitions.stream()
                        .filter(p -> p.leader() == null || p.leader().isEmpty())
                        .map(TopicPartitionInfo::partition)
                        .toList(),
                settings);
    }
}
