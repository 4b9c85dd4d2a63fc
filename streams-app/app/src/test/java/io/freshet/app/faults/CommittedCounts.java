package io.freshet.app.faults;

import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.StepRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Counts committed records on the topics as they arrive. Not thread-safe. */
public final class CommittedCounts implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(10);
    private static final String MODEL_LOG = "model-log";
    private static final String RECOMMENDATIONS = "recommendations";

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<String, Long> learned = new HashMap<>(); // model → records
    private long answers;

    public CommittedCounts(String bootstrapServers) {
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "isolation.level",
                        "read_committed",
                        "auto.offset.reset",
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** Returns the number of sequences records that the model's journal covers. */
    public long learned(String model) {
        readOn();
        return learned.getOrDefault(model, 0L);
    }

    /** Returns the number of recommendations records. */
    public long answers() {
        readOn();
        return answers;
    }

    private void readOn() {
        if (consumer.assignment().isEmpty()) {
            List<TopicPartition> partitions = Stream.of(MODEL_LOG, RECOMMENDATIONS)
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(POLL).forEach(this::count);
        }
    }

    private void count(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(RECOMMENDATIONS)) {
            answers++;
        } else if (ModelLogCodec.decode(record.value()) instanceof StepRecord step) {
            learned.merge(
                    new String(record.key(), StandardCharsets.UTF_8),
                    (long) step.clickTimestampsMs().length,
                    Long::sum);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
