package io.freshet.service.output;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A producer that refuses an unacceptable record before it becomes part of the transaction. With Kafka's own producer, any
 * refused record, whether refused by the producer or by a broker, aborts the transaction, and Kafka Streams cannot continue
 * whatever its handler returns. Here the callback gets a {@link RecordRefusedException}, which {@link RecordFailures} turns
 * into a dead letter in the same transaction.
 *
 * <p>If a broker still refuses a record, {@link OutputLimits} learns from it.
 */
final class BoundedProducer extends KafkaProducer<byte[], byte[]> {
    private static final long NONE = -1;

    private final OutputLimits limits;

    /** Creates a producer with a stream thread's configuration. */
    BoundedProducer(Map<String, Object> config, OutputLimits limits) {
        super(config, new ByteArraySerializer(), new ByteArraySerializer());
        this.limits = limits;
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
        RecordRefusedException refusal = limits.refusal(record);
        if (refusal != null) {
            if (callback != null) {
                callback.onCompletion(nowhere(record), refusal);
            }
            return CompletableFuture.failedFuture(refusal);
        }
        try {
            return super.send(record, (metadata, error) -> {
                Exception learned = error == null ? null : limits.learn(record, error);
                if (callback != null) {
                    callback.onCompletion(metadata, learned);
                }
            });
        } catch (KafkaException e) {
            throw OutputLimits.afterRefusal(e);
        }
    }

    private static RecordMetadata nowhere(ProducerRecord<byte[], byte[]> record) {
        Integer partition = record.partition();
        return new RecordMetadata(
                new TopicPartition(record.topic(), partition == null ? RecordMetadata.UNKNOWN_PARTITION : partition),
                NONE,
                (int) NONE,
                NONE,
                (int) NONE,
                (int) NONE);
    }

    @Override
    public void sendOffsetsToTransaction(
            Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata groupMetadata) {
        try {
            super.sendOffsetsToTransaction(offsets, groupMetadata);
        } catch (KafkaException e) {
            throw OutputLimits.afterRefusal(e);
        }
    }

    @Override
    public void commitTransaction() {
        try {
            super.commitTransaction();
        } catch (KafkaException e) {
            throw OutputLimits.afterRefusal(e);
        }
    }
}
