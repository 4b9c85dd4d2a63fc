package io.freshet.app.check;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.training.config.OnlineConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Checks that this user has the rights that its roles need, as far as brokers report them.
 *
 * @param config configuration of the process; that of a separate scorer has an application id of its own
 * @param loaded configuration as loaded, which a trainer in the same process as a scorer uses
 */
record RightsCheck(FreshetConfig config, FreshetConfig loaded, Roles roles, Brokers brokers) {
    private static final String TOPIC = "topic";
    private static final String READ = "Read";
    private static final String WRITE = "Write";

    /**
     * Reports the missing rights.
     *
     * @param there the topics that exist, with the operations that this user is authorised to perform on them
     */
    void run(Map<String, TopicDescription> there, Consumer<Finding> found) throws InterruptedException {
        Set<RequiredAcl> missing = new LinkedHashSet<>();
        for (RequiredAcl right : onTopics()) {
            TopicDescription topic = there.get(right.name());
            if (topic != null && !isAllowed(topic.authorizedOperations(), right)) {
                missing.add(right);
            }
        }
        for (var call : calls().entrySet()) {
            answer(call.getKey(), call.getValue(), missing, found);
        }
        missing.forEach(right -> found.accept(right.missing(brokers.bootstrapServers())));
        if (missing.isEmpty()) {
            found.accept(Finding.ok("rights", "none is missing, as far as brokers report"));
        }
    }

    private static boolean isAllowed(@Nullable Set<AclOperation> allowed, RequiredAcl right) {
        return allowed == null || allowed.contains(AclOperation.valueOf(right.constant()));
    }

    private List<RequiredAcl> onTopics() {
        List<RequiredAcl> rights = new ArrayList<>();
        if (roles.streams()) {
            config.clickTopics().forEach(topic -> rights.add(new RequiredAcl(TOPIC, topic, READ)));
            on(rights, READ, TopicKeys.CLICKS_REKEYED, TopicKeys.REQUESTS, TopicKeys.POPULAR_ITEMS);
            on(rights, READ, TopicKeys.ITEMS, TopicKeys.MODEL_LOG, TopicKeys.MODEL_DELTAS, TopicKeys.MODEL_MANIFESTS);
            on(rights, WRITE, TopicKeys.CLICKS_REKEYED, TopicKeys.REQUESTS, TopicKeys.SEQUENCES);
            on(rights, WRITE, TopicKeys.POPULAR_ITEMS);
            on(rights, WRITE, TopicKeys.RECOMMENDATIONS, TopicKeys.DEAD_LETTERS);
            if (config.http().isOn()) {
                on(rights, WRITE, TopicKeys.CLICKS, TopicKeys.MODEL_MANIFESTS);
            }
        }
        if (roles.trainer()) {
            on(rights, READ, TopicKeys.SEQUENCES, TopicKeys.MODEL_LOG, TopicKeys.MODEL_DELTAS);
            on(rights, READ, TopicKeys.MODEL_MANIFESTS);
            on(rights, WRITE, TopicKeys.MODEL_LOG, TopicKeys.MODEL_DELTAS, TopicKeys.MODEL_MANIFESTS);
            on(rights, READ, TopicKeys.MODEL_MERGES);
            on(rights, WRITE, TopicKeys.MODEL_MERGES);
        }
        if (roles.scorer()) {
            on(rights, READ, TopicKeys.SEQUENCES, TopicKeys.POPULAR_ITEMS, TopicKeys.ITEMS);
            on(rights, READ, TopicKeys.MODEL_LOG, TopicKeys.MODEL_DELTAS, TopicKeys.MODEL_MANIFESTS);
            on(rights, WRITE, TopicKeys.RECOMMENDATIONS);
            if (config.http().isOn()) {
                on(rights, WRITE, TopicKeys.MODEL_MANIFESTS);
            }
        }
        on(rights, "DescribeConfigs", TopicKeys.MODEL_MANIFESTS, TopicKeys.ITEMS);
        List<String> needed = new TopicPlan(config).needed();
        return rights.stream().filter(right -> needed.contains(right.name())).toList();
    }

    @SafeVarargs
    private void on(List<RequiredAcl> rights, String operation, ConfigKey<String>... topics) {
        for (ConfigKey<String> topic : topics) {
            rights.add(new RequiredAcl(TOPIC, config.get(topic), operation));
        }
    }

    /**
     * Starts calls that fail if a right is missing; they run in parallel. Describing needs less than the right itself:
     * Write on a transactional id and Read on a group each imply Describe.
     */
    private Map<RequiredAcl, KafkaFuture<?>> calls() {
        String application = config.get(ProcessKeys.APPLICATION_ID);
        Map<RequiredAcl, KafkaFuture<?>> calls = new LinkedHashMap<>();
        if (roles.streams()) {
            ofClient(application, application + "-check", calls);
            // Kafka Streams creates its changelog topics itself, prefixed with the application id.
            NewTopic topic = new NewTopic(application + "-check-changelog", Optional.of(1), Optional.empty());
            calls.put(
                    new RequiredAcl(TOPIC, application + "-", "Create", true),
                    brokers.admin()
                            .createTopics(List.of(topic), new CreateTopicsOptions().validateOnly(true))
                            .all());
        }
        if (roles.scorer()) {
            ofClient(application, application + "-check", calls);
        }
        if (roles.trainer()) {
            OnlineConfig trainer = loaded.trainer();
            String id = trainer.clients().transactionalId();
            int learners = trainer.learners().count();
            ofClient(OnlineConfig.leaseGroup(id, learners), id, calls);
            for (int number = 1; number < learners; number++) {
                String own = trainer.ofLearner(number).clients().transactionalId();
                calls.put(
                        new RequiredAcl("transactional-id", own, WRITE),
                        brokers.admin().describeTransactions(List.of(own)).description(own));
            }
        }
        return calls;
    }

    private void ofClient(String group, String transactionalId, Map<RequiredAcl, KafkaFuture<?>> calls) {
        calls.put(
                new RequiredAcl("group", group, READ),
                brokers.admin()
                        .describeConsumerGroups(List.of(group))
                        .describedGroups()
                        .get(group));
        calls.put(
                new RequiredAcl("transactional-id", transactionalId, WRITE),
                brokers.admin().describeTransactions(List.of(transactionalId)).description(transactionalId));
    }

    private static void answer(
            RequiredAcl right, KafkaFuture<?> call, Set<RequiredAcl> missing, Consumer<Finding> found)
            throws InterruptedException {
        try {
            var _ = Brokers.answer(call);
        } catch (ExecutionException e) {
            switch (Brokers.cause(e)) {
                case AuthorizationException _ -> missing.add(right);
                case TimeoutException _ ->
                    found.accept(Finding.warning(
                            "coordinator",
                            "brokers do not answer for " + right.kind().replace('-', ' ') + " " + right.name(),
                            "run at least as many brokers as offsets.topic.replication.factor and"
                                    + " transaction.state.log.replication.factor say: with fewer, brokers cannot"
                                    + " create the topics that they need for it"));
                default -> {
                    // Not a missing right: for example, a transactional id that does not exist yet.
                }
            }
        }
    }
}
