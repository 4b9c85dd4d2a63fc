package io.freshet.app.check;

import io.freshet.app.feed.ClickFeeder;
import io.freshet.service.config.FreshetConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Checks that the keys of several topics of clicks are on the partitions that Kafka's default partitioner chooses, as far as
 * the newest records of each partition show it. If producers partition in different ways, a user has a sequence in each of
 * two partitions, and no error occurs. Reads nothing if there is one topic of clicks.
 */
record ClickKeysCheck(FreshetConfig config) {
    private static final String CHECK = "keys-of-clicks";
    private static final int NEWEST = 20;
    private static final Duration MOST = Duration.ofSeconds(3);
    private static final Duration POLL = Duration.ofMillis(100);

    /**
     * Reports topics with keys on other partitions.
     *
     * @param there the topics that exist
     */
    void run(Map<String, TopicDescription> there, java.util.function.Consumer<Finding> found) {
        List<String> topics =
                config.clickTopics().stream().filter(there::containsKey).toList();
        if (config.clickTopics().size() == 1 || topics.isEmpty()) {
            return;
        }
        Map<String, Integer> counts = new HashMap<>();
        topics.forEach(topic -> counts.put(
                topic, Objects.requireNonNull(there.get(topic)).partitions().size()));
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Map<String, List<Boolean>> placed = read(consumer, counts);
            placed.forEach((topic, right) -> {
                long wrong = right.stream().filter(isRight -> !isRight).count();
                if (wrong > 0) {
                    found.accept(warning(topic, wrong, right.size()));
                }
            });
        } catch (KafkaException e) {
            found.accept(Finding.note(CHECK, "the newest clicks cannot be read: " + e.getMessage()));
        }
    }

    private static Finding warning(String topic, long wrong, int read) {
        return Finding.warning(
                CHECK,
                "topic " + topic + ": " + wrong + " of the newest " + read
                        + " records with a key are on another partition"
                        + " than Kafka's default partitioner chooses. If the keys are users, these users have one sequence for"
                        + " each way in which producers partition",
                "set the partitioner of its producers to murmur2 (partitioner=murmur2_random in librdkafka), or write its"
                        + " clicks without a key");
    }

    private Map<String, Object> settings() {
        Map<String, Object> settings = config.kafka().forConsumer();
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted"); // to reach the end in any case
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Integer.toString((int) MOST.toMillis()));
        settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, Integer.toString((int) MOST.toMillis()));
        return settings;
    }

    /** Returns for each topic whether the newest records with a key are on the right partition. */
    private static Map<String, List<Boolean>> read(Consumer<byte[], byte[]> consumer, Map<String, Integer> counts) {
        long deadlineNanos = System.nanoTime() + MOST.toNanos();
        List<TopicPartition> partitions = new ArrayList<>();
        counts.forEach((topic, count) -> {
            for (int partition = 0; partition < count; partition++) {
                partitions.add(new TopicPartition(topic, partition));
            }
        });
        consumer.assign(partitions);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        ends.forEach((partition, end) ->
                consumer.seek(partition, Math.max(begins.getOrDefault(partition, 0L), end - NEWEST)));
        Map<String, List<Boolean>> placed = new TreeMap<>();
        while (System.nanoTime() < deadlineNanos
                && ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> click : consumer.poll(POLL)) {
                if (click.key() != null) {
                    int count = counts.getOrDefault(click.topic(), 1);
                    placed.computeIfAbsent(click.topic(), _ -> new ArrayList<>())
                            .add(ClickFeeder.partitionOf(click.key(), count) == click.partition());
                }
            }
        }
        return placed;
    }
}
