package io.freshet.app.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.store.modellog.InputRange;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.StepRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Accounts for each click from committed records: answers and learned examples. Not thread-safe. */
final class ClickAccounts implements AutoCloseable {
    private final FreshetConfig config;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final ObjectMapper json = new ObjectMapper();
    private final Map<Integer, BitSet> answered = new HashMap<>(); // partition of the clicks → answered offsets
    private final Map<Integer, Long> learnedTo = new HashMap<>(); // partition of the sequences → offset
    private long doubled;
    private long learned;
    private long overlaps;

    /** Requires the topics to exist. */
    ClickAccounts(FreshetConfig config) {
        this.config = config;
        Map<String, Object> properties = config.kafka().forConsumer();
        properties.put("isolation.level", "read_committed");
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = Stream.of(
                        config.get(TopicKeys.RECOMMENDATIONS), config.get(TopicKeys.MODEL_LOG))
                .flatMap(topic -> partitions(topic).stream())
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    private List<TopicPartition> partitions(String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    /** Reads the records committed since the last call. */
    void readOn() throws IOException {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                if (record.topic().equals(config.get(TopicKeys.RECOMMENDATIONS))) {
                    answer(record);
                } else if (ModelLogCodec.decode(record.value()) instanceof StepRecord step) {
                    learn(step);
                }
            }
        }
    }

    private void answer(ConsumerRecord<byte[], byte[]> record) throws IOException {
        JsonNode cause = json.readTree(record.value()).get("cause");
        BitSet offsets = answered.computeIfAbsent(cause.get("partition").asInt(), _ -> new BitSet());
        int offset = Math.toIntExact(cause.get("offset").asLong());
        doubled += offsets.get(offset) ? 1 : 0;
        offsets.set(offset);
    }

    private void learn(StepRecord step) {
        learned += step.clickTimestampsMs().length;
        for (InputRange range : step.ranges()) {
            overlaps += range.from() < learnedTo.getOrDefault(range.partition(), 0L) ? 1 : 0;
            learnedTo.put(range.partition(), range.to());
        }
    }

    /** Returns the number of clicks on the topic. */
    long clicks() {
        return consumer.endOffsets(partitions(config.get(TopicKeys.CLICKS))).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Returns the number of clicks that were answered. */
    long answered() {
        return answered.values().stream().mapToLong(BitSet::cardinality).sum();
    }

    /** Returns the number of answers to clicks that had already been answered. */
    long doubled() {
        return doubled;
    }

    /** Returns the number of examples in the journal's steps. */
    long learned() {
        return learned;
    }

    /**
     * Returns the number of journal ranges that begin before the end of the previous one. After a restart a range may begin
     * later than that end, because transaction markers lie in between.
     */
    long overlaps() {
        return overlaps;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
