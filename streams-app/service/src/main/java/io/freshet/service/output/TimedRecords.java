package io.freshet.service.output;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A consumer interceptor that sets the time of records without one to 0. On a global topic, Kafka Streams skips such
 * records while it restores, but fails on them while it runs. Freshet does not use the record times of global topics.
 * Kafka instantiates this class by the consumer's configuration.
 */
public final class TimedRecords implements ConsumerInterceptor<byte[], byte[]> {
    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> timed = new HashMap<>();
        for (TopicPartition partition : records.partitions()) {
            List<ConsumerRecord<byte[], byte[]>> ofPartition = new ArrayList<>();
            records.records(partition).forEach(record -> ofPartition.add(timed(record)));
            timed.put(partition, ofPartition);
        }
        return new ConsumerRecords<>(timed, records.nextOffsets());
    }

    private static ConsumerRecord<byte[], byte[]> timed(ConsumerRecord<byte[], byte[]> record) {
        return record.timestamp() >= 0
                ? record
                : new ConsumerRecord<>(
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        0L,
                        record.timestampType(),
                        record.serializedKeySize(),
                        record.serializedValueSize(),
                        record.key(),
                        record.value(),
                        record.headers(),
                        record.leaderEpoch());
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void close() {}

    @Override
    public void configure(Map<String, ?> configs) {}
}
