package io.freshet.app.feed;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.output.ImportMark;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Counts what became of an import's clicks, in the records that the streams role makes of them from now on: updated
 * sequences and dead letters. Reads committed records only. Not thread-safe.
 */
final class ImportOutcomes implements AutoCloseable {
    private final Consumer<byte[], byte[]> consumer;
    private final String importId;
    private final String sequences;
    private long accepted;
    private long deadLetters;

    ImportOutcomes(FreshetConfig config, String importId) {
        this.importId = importId;
        sequences = config.get(TopicKeys.SEQUENCES);
        Map<String, Object> properties = new HashMap<>(config.kafka().forConsumer());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = Stream.of(sequences, config.get(TopicKeys.DEAD_LETTERS))
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.endOffsets(partitions).forEach(consumer::seek);
    }

    /** Counts the records that come during this time. */
    void count(Duration time) {
        long endNanos = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = endNanos - System.nanoTime()) {
            consumer.poll(Duration.ofNanos(left)).forEach(this::count);
        }
    }

    private void count(ConsumerRecord<byte[], byte[]> record) {
        Header mark = record.headers().lastHeader(ImportMark.HEADER);
        if (mark == null || mark.value() == null || !new String(mark.value(), UTF_8).equals(importId)) {
            return;
        }
        if (record.topic().equals(sequences)) {
            accepted++;
        } else {
            deadLetters++;
        }
    }

    /** Returns whether all records before these offsets have been counted. */
    boolean isPast(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    /** Returns the partitions that are read. */
    List<TopicPartition> partitions() {
        return List.copyOf(consumer.assignment());
    }

    long accepted() {
        return accepted;
    }

    long deadLetters() {
        return deadLetters;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
