package io.freshet.app.repartition;

import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.TopicSetup;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.NewTopic;

/** The topics of both applications: checks the source's, creates the target's and checks them. */
final class TargetTopics {
    private static final Duration TOPIC_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Map<String, String> CHANGELOG =
            Map.of("cleanup.policy", "compact", "message.timestamp.type", "CreateTime");

    private final RepartitionPlan plan;
    private final KafkaAdmin admin;
    private final Set<String> created = new HashSet<>();
    private Map<String, KafkaAdmin.Topic> topics = Map.of();

    TargetTopics(RepartitionPlan plan, KafkaAdmin admin) {
        this.plan = plan;
        this.admin = admin;
    }

    /**
     * Creates the target's missing topics with the settings and the number of copies of the source's.
     *
     * @throws RepartitionException if the source has no state, or a topic of the target has other partitions
     */
    void prepare() throws RepartitionException, InterruptedException {
        Map<String, String> pairs = plan.topics();
        Map<String, KafkaAdmin.Topic> sources = admin.topics(pairs.keySet());
        requireSource(sources);
        Map<String, KafkaAdmin.Topic> there = admin.topics(pairs.values());
        for (KafkaAdmin.Topic topic : there.values()) {
            requirePartitions(topic);
        }
        for (var pair : pairs.entrySet()) {
            KafkaAdmin.Topic source = sources.get(pair.getKey());
            if (source != null && !there.containsKey(pair.getValue())) {
                create(source, pair.getValue());
            }
        }
        TopicSetup.run(plan.target(), TOPIC_TIMEOUT);
        topics = awaitLeaders(union(there.keySet(), created));
        for (KafkaAdmin.Topic topic : topics.values()) {
            requirePartitions(topic);
        }
        topics.putAll(sources);
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        Set<String> all = new HashSet<>(some);
        all.addAll(others);
        return all;
    }

    /** Waits until every broker that answers knows the topics, and all their partitions have leaders. */
    private Map<String, KafkaAdmin.Topic> awaitLeaders(Set<String> names)
            throws RepartitionException, InterruptedException {
        long deadlineNanos = System.nanoTime() + TOPIC_TIMEOUT.toNanos();
        while (true) {
            Map<String, KafkaAdmin.Topic> found = admin.topics(names);
            if (found.keySet().containsAll(names) && found.values().stream().allMatch(KafkaAdmin.Topic::hasLeaders)) {
                return found;
            }
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new RepartitionException("Every partition of the topics must have a leader within "
                        + TOPIC_TIMEOUT.toSeconds() + " s: " + names + ", and found " + found.values());
            }
            Thread.sleep(POLL);
        }
    }

    private void requireSource(Map<String, KafkaAdmin.Topic> sources) throws RepartitionException {
        String state = TopicPlan.stateTopic(plan.sourceId());
        KafkaAdmin.Topic found = sources.get(state);
        if (found == null) {
            throw new RepartitionException("There is no state to move: topic " + state
                    + " does not exist. Is application.id=" + plan.sourceId() + " right?");
        }
        if (plan.partitions() <= found.partitions()) {
            throw new RepartitionException("--partitions must be more than the state has now: " + plan.partitions()
                    + ", and application.id=" + plan.sourceId() + " has " + found.partitions());
        }
        for (String input : plan.inputs().keySet()) {
            if (!sources.containsKey(input)) {
                throw new RepartitionException("The topic " + input + " of application.id=" + plan.sourceId()
                        + " must exist. Is the configuration right?");
            }
        }
    }

    private void requirePartitions(KafkaAdmin.Topic topic) throws RepartitionException {
        if (topic.partitions() != plan.partitions()) {
            throw new RepartitionException("The topic " + topic.name() + " of application.id=" + plan.targetId()
                    + " exists and has " + topic.partitions() + " partitions, and not " + plan.partitions()
                    + ". Delete it if no program uses it, or choose another --into or another name in topics.*");
        }
    }

    private void create(KafkaAdmin.Topic source, String name) throws RepartitionException, InterruptedException {
        Map<String, String> settings = admin.settings(source.name(), false);
        if (settings.isEmpty() && name.equals(TopicPlan.stateTopic(plan.targetId()))) {
            settings = CHANGELOG;
        }
        admin.create(
                new NewTopic(name, Optional.of(plan.partitions()), Optional.of(source.replicas())).configs(settings));
        created.add(name);
    }

    /** Returns a topic of one of the applications; empty if it does not exist. */
    Optional<KafkaAdmin.Topic> topic(String name) {
        return Optional.ofNullable(topics.get(name));
    }

    /** Returns a topic that {@link #prepare} has found or created. */
    KafkaAdmin.Topic require(String name) throws RepartitionException {
        return topic(name).orElseThrow(() -> new RepartitionException("Topic " + name + " must exist"));
    }

    /** Returns the changelog topics of the target. */
    List<String> targetState() {
        return TopicPlan.stateTopics(plan.targetId());
    }
}
