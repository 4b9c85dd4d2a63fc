package io.freshet.app.repartition;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Questions about topics and groups, each answered within a time limit. Owns its admin client. */
final class KafkaAdmin implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    /** The longest wait for transactions that are open. */
    static final Duration OPEN_TRANSACTIONS = Duration.ofSeconds(90);

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Set<GroupState> WITHOUT_MEMBERS = Set.of(GroupState.EMPTY, GroupState.DEAD);

    private final Admin admin;

    KafkaAdmin(Map<String, Object> settings) {
        admin = Admin.create(settings);
    }

    /**
     * A topic that exists.
     *
     * @param id changes when a topic is deleted and created again
     * @param hasLeaders whether each partition has a leader, without which it can neither be read nor written
     */
    record Topic(String name, Uuid id, int partitions, short replicas, boolean hasLeaders) {
        List<TopicPartition> all() {
            return IntStream.range(0, partitions)
                    .mapToObj(partition -> new TopicPartition(name, partition))
                    .toList();
        }
    }

    /** Returns those of the topics that exist. */
    Map<String, Topic> topics(Collection<String> names) throws RepartitionException, InterruptedException {
        Map<String, Topic> topics = new HashMap<>();
        for (var asked : admin.describeTopics(names).topicNameValues().entrySet()) {
            try {
                TopicDescription described = answer(asked.getValue());
                topics.put(
                        asked.getKey(),
                        new Topic(
                                asked.getKey(),
                                described.topicId(),
                                described.partitions().size(),
                                (short) described
                                        .partitions()
                                        .getFirst()
                                        .replicas()
                                        .size(),
                                described.partitions().stream()
                                        .noneMatch(partition -> partition.leader() == null
                                                || partition.leader().isEmpty())));
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw failed("describe topic " + asked.getKey(), e);
                }
            }
        }
        return topics;
    }

    /** Returns the settings of a topic, with those that it has from the brokers' defaults or not. */
    Map<String, String> settings(String topic, boolean withDefaults) throws RepartitionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Map<String, String> settings = new HashMap<>();
        try {
            for (Config config :
                    answer(admin.describeConfigs(List.of(resource)).all()).values()) {
                for (ConfigEntry entry : config.entries()) {
                    boolean own = entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG;
                    if (entry.value() != null && (own || withDefaults)) {
                        settings.put(entry.name(), entry.value());
                    }
                }
            }
        } catch (ExecutionException e) {
            throw failed("read the settings of topic " + topic, e);
        }
        return settings;
    }

    /** Creates a topic; does nothing if another process has created it first. */
    void create(NewTopic topic) throws RepartitionException, InterruptedException {
        try {
            answer(admin.createTopics(List.of(topic)).all());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw failed("create topic " + topic.name(), e);
            }
        }
    }

    Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions)
            throws RepartitionException, InterruptedException {
        return offsets(partitions, OffsetSpec.earliest(), IsolationLevel.READ_COMMITTED);
    }

    /** Returns the ends of partitions, behind which no transaction has written anything that can be read. */
    Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions)
            throws RepartitionException, InterruptedException {
        return offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    }

    /** Returns whether a transaction that writes to one of the partitions has neither been committed nor aborted. */
    boolean hasOpenTransactions(Collection<TopicPartition> partitions)
            throws RepartitionException, InterruptedException {
        Map<TopicPartition, Long> stable = ends(partitions);
        return !offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED)
                .equals(stable);
    }

    private Map<TopicPartition, Long> offsets(
            Collection<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation)
            throws RepartitionException, InterruptedException {
        try {
            return answer(admin.listOffsets(
                                    partitions.stream().collect(Collectors.toMap(each -> each, _ -> spec)),
                                    new ListOffsetsOptions(isolation))
                            .all())
                    .entrySet()
                    .stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, offset -> offset.getValue().offset()));
        } catch (ExecutionException e) {
            throw failed("list the offsets of " + partitions, e);
        }
    }

    /** Returns all committed offsets of a group, also those that an open transaction is about to change. */
    Map<TopicPartition, OffsetAndMetadata> allCommitted(String group)
            throws RepartitionException, InterruptedException {
        try {
            return answer(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        } catch (ExecutionException e) {
            throw failed("read the committed offsets of group " + group, e);
        }
    }

    /**
     * Returns the committed offsets of partitions, without the partitions that have none. Waits until no transaction is about
     * to change them.
     *
     * @throws RepartitionException if a transaction stays open
     */
    Map<TopicPartition, OffsetAndMetadata> committed(String group, Collection<TopicPartition> partitions)
            throws RepartitionException, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
        Set<TopicPartition> left = new HashSet<>(partitions);
        long deadlineNanos = System.nanoTime() + OPEN_TRANSACTIONS.toNanos();
        while (!left.isEmpty()) {
            Map<TopicPartition, OffsetAndMetadata> stable = stable(group, left);
            left.removeAll(stable.keySet());
            committed.putAll(stable);
            if (left.isEmpty()) {
                break;
            }
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new RepartitionException("All transactions that commit offsets of group " + group
                        + " must have ended, and after " + OPEN_TRANSACTIONS.toSeconds() + " s one is still open for "
                        + left + "; run the command again later");
            }
            Thread.sleep(POLL);
        }
        committed.values().removeIf(offset -> offset == null);
        return committed;
    }

    /** Returns null for a partition without an offset, and nothing for a partition with an open transaction. */
    private Map<TopicPartition, OffsetAndMetadata> stable(String group, Collection<TopicPartition> partitions)
            throws RepartitionException, InterruptedException {
        try {
            return answer(admin.listConsumerGroupOffsets(
                            Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)),
                            new ListConsumerGroupOffsetsOptions().requireStable(true))
                    .partitionsToOffsetAndMetadata(group));
        } catch (ExecutionException e) {
            throw failed("read the committed offsets of group " + group, e);
        }
    }

    /**
     * Returns, for each group that this user may describe, whether it has members.
     *
     * @param isWanted tells which groups to return
     */
    Map<String, Boolean> groups(Predicate<String> isWanted) throws RepartitionException, InterruptedException {
        try {
            Map<String, Boolean> groups = new TreeMap<>();
            for (GroupListing listed : answer(admin.listGroups().all())) {
                if (isWanted.test(listed.groupId())) {
                    boolean isEmpty = listed.groupState()
                            .filter(WITHOUT_MEMBERS::contains)
                            .isPresent();
                    groups.put(listed.groupId(), !isEmpty);
                }
            }
            return groups;
        } catch (ExecutionException e) {
            throw failed("list groups", e);
        }
    }

    private static <T> T answer(KafkaFuture<T> future) throws ExecutionException, InterruptedException {
        try {
            return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            throw new ExecutionException(new TimeoutException("no answer within " + TIMEOUT.toSeconds() + " s"));
        }
    }

    private static RepartitionException failed(String doing, ExecutionException failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        String what = cause instanceof AuthorizationException ? "Kafka does not let this user " : "Kafka fails to ";
        return new RepartitionException(what + doing, cause);
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
