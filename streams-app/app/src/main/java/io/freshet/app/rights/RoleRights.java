package io.freshet.app.rights;

import static org.apache.kafka.common.acl.AclOperation.ALL;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.apache.kafka.common.resource.ResourceType.TRANSACTIONAL_ID;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.runtime.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;

/**
 * The rights that a process with some roles needs, and no others, if the topics exist: it does not need to create them. All
 * roles describe all topics, because they check them at the start.
 */
public final class RoleRights {
    private final FreshetConfig config;
    private final Set<Role> roles;
    private final List<Right> rights = new ArrayList<>();
    private final Map<String, Set<AclOperation>> topics = new LinkedHashMap<>();

    private RoleRights(FreshetConfig config, Set<Role> roles) {
        this.config = config;
        this.roles = roles;
    }

    /**
     * Returns the rights, those on groups and transactional ids first.
     *
     * @param roles the roles of the process, which have one login
     * @throws org.apache.kafka.common.config.ConfigException if a role is a scorer and {@code variants.name} is not set
     */
    public static List<Right> of(FreshetConfig config, Set<Role> roles) {
        Map<Right, Set<AclOperation>> merged = new LinkedHashMap<>();
        for (Role role : roles) {
            RoleRights rights = new RoleRights(role == Role.SCORER ? config.asScorer() : config, roles);
            for (Right right : rights.of(role)) {
                var _ = merged.computeIfAbsent(right.with(List.of()), _ -> new LinkedHashSet<>())
                        .addAll(right.operations());
            }
        }
        return merged.entrySet().stream()
                .map(right -> right.getKey().with(right.getValue()))
                .sorted(Comparator.comparing((Right right) -> right.type() == TOPIC))
                .toList();
    }

    private List<Right> of(Role role) {
        switch (role) {
            case STREAMS -> addStreams();
            case TRAINER -> addTrainer();
            case SCORER -> addScorer();
        }
        return all();
    }

    /** Returns a name for the user: the role's consumer group, or with streams and trainer the application and the role. */
    public static String userName(FreshetConfig config, Role role) {
        String application = config.get(ProcessKeys.APPLICATION_ID);
        return switch (role) {
            case STREAMS -> application + "-streams";
            case TRAINER -> application + "-trainer";
            case SCORER -> config.asScorer().get(ProcessKeys.APPLICATION_ID);
        };
    }

    private void addStreams() {
        String application = config.get(ProcessKeys.APPLICATION_ID);
        rights.add(Right.on(GROUP, application, DESCRIBE, READ));
        // Kafka Streams creates its changelogs itself.
        rights.add(Right.onPrefix(TOPIC, application + "-", CREATE, DESCRIBE, DESCRIBE_CONFIGS, READ, WRITE));
        rights.add(Right.onPrefix(TRANSACTIONAL_ID, application + "-", DESCRIBE, WRITE));
        // The prefix covers the ids of trainers and separate scorers, too, and a process that uses their ids fences
        // them.
        denyIdsOf(Role.TRAINER, application + "-trainer-");
        denyIdsOf(Role.SCORER, application + "-scorer-");
        config.clickTopics().forEach(topic -> allow(topic, READ));
        allow(READ, TopicKeys.CLICKS_REKEYED, TopicKeys.REQUESTS, TopicKeys.POPULAR_ITEMS, TopicKeys.ITEMS);
        allow(READ, TopicKeys.MODEL_LOG, TopicKeys.MODEL_DELTAS, TopicKeys.MODEL_MANIFESTS);
        // Clicks and requests that are on another partition than that of their user are written again.
        allow(WRITE, TopicKeys.CLICKS_REKEYED, TopicKeys.REQUESTS, TopicKeys.POPULAR_ITEMS, TopicKeys.SEQUENCES);
        allow(WRITE, TopicKeys.RECOMMENDATIONS, TopicKeys.DEAD_LETTERS);
        if (config.http().isOn()) {
            // For clicks and for rollbacks of the model.
            allow(WRITE, TopicKeys.CLICKS, TopicKeys.MODEL_MANIFESTS);
        }
    }

    private void denyIdsOf(Role other, String prefix) {
        if (!roles.contains(other)) {
            rights.add(new Right(TRANSACTIONAL_ID, prefix, true, List.of(ALL), true));
        }
    }

    private void addTrainer() {
        String id = config.trainer().clients().transactionalId();
        addClient(id, false);
        if (config.trainer().learners().areSeveral()) {
            // The group of several learners, and the ids of the learners after the first. The group without a suffix is
            // that
            // of a single learner, which must have stopped.
            rights.add(Right.onPrefix(GROUP, id + "-learners-", DESCRIBE, READ));
            rights.add(Right.onPrefix(TRANSACTIONAL_ID, id + "-learner-", DESCRIBE, WRITE));
            allow(READ, TopicKeys.MODEL_MERGES);
            allow(WRITE, TopicKeys.MODEL_MERGES);
        }
        allow(READ, TopicKeys.SEQUENCES, TopicKeys.MODEL_LOG, TopicKeys.MODEL_DELTAS, TopicKeys.MODEL_MANIFESTS);
        allow(WRITE, TopicKeys.MODEL_LOG, TopicKeys.MODEL_DELTAS, TopicKeys.MODEL_MANIFESTS);
    }

    private void addScorer() {
        addClient(config.get(ProcessKeys.APPLICATION_ID), true);
        allow(READ, TopicKeys.SEQUENCES, TopicKeys.POPULAR_ITEMS, TopicKeys.ITEMS, TopicKeys.MODEL_LOG);
        allow(READ, TopicKeys.MODEL_DELTAS, TopicKeys.MODEL_MANIFESTS);
        allow(WRITE, TopicKeys.RECOMMENDATIONS);
        if (config.http().isOn()) {
            allow(WRITE, TopicKeys.MODEL_MANIFESTS); // for rollbacks of the model
        }
    }

    private void addClient(String group, boolean hasManyIds) {
        rights.add(Right.on(GROUP, group, DESCRIBE, READ));
        rights.add(
                hasManyIds
                        ? Right.onPrefix(TRANSACTIONAL_ID, group + "-", DESCRIBE, WRITE)
                        : Right.on(TRANSACTIONAL_ID, group, DESCRIBE, WRITE));
    }

    @SafeVarargs
    private void allow(AclOperation operation, ConfigKey<String>... keys) {
        for (ConfigKey<String> key : keys) {
            allow(config.get(key), operation);
        }
    }

    private void allow(String topic, AclOperation operation) {
        var _ = topics.computeIfAbsent(topic, _ -> EnumSet.of(DESCRIBE)).add(operation);
    }

    private List<Right> all() {
        List<String> needed = new TopicPlan(config).needed();
        needed.forEach(topic -> allow(topic, DESCRIBE));
        // The start checks that these are compacted.
        allow(DESCRIBE_CONFIGS, TopicKeys.MODEL_MANIFESTS, TopicKeys.ITEMS);
        topics.keySet().retainAll(needed);
        topics.forEach((topic, operations) -> rights.add(
                new Right(TOPIC, topic, false, operations.stream().sorted().toList(), false)));
        return List.copyOf(rights);
    }
}
