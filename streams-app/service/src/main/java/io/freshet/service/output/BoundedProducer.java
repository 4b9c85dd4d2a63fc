package io.freshet.service.output;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.jspecify.annotations.Nullable;

/**
 * A producer that refuses an unacceptable record before it becomes part of the transaction. With Kafka's own producer, any
 * refused record, whether refused by the producer or by a broker, aborts the transaction, and Kafka Streams cannot continue
 * whatever its handler returns. Here the callback gets a {@link RecordRefusedException}, which {@link RecordFailures} turns
 * into a dead letter in the same transaction.
 *
 * <p>If a broker still refuses a record, {@link OutputLimits} learns from it. Owns the wrapped producer.
 */
final class BoundedProducer implements Producer<byte[], byte[]> {
    private static final long NONE = -1;

    private final Producer<byte[], byte[]> producer;
    private final OutputLimits limits;

    BoundedProducer(Producer<byte[], byte[]> producer, OutputLimits limits) {
        this.producer = producer;
        this.limits = limits;
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
        return send(record, null);
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
            return producer.send(record, (metadata, error) -> {
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
    public void initTransactions() {
        producer.initTransactions();
    }

    @Override
    public void beginTransaction() {
        producer.beginTransaction();
    }

    @Override
    public void sendOffsetsToTransaction(
            Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata groupMetadata) {
        try {
            producer.sendOffsetsToTransaction(offsets, groupMetadata);
        } catch (KafkaException e) {
            throw OutputLimits.afterRefusal(e);
        }
    }

    @Override
    public void commitTransaction() {
        try {
            producer.commitTransaction();
        } catch (KafkaException e) {
            throw OutputLimits.afterRefusal(e);
        }
    }

    @Override
    public void abortTransaction() {
        producer.abortTransaction();
    }

    @Override
    public void registerMetricForSubscription(KafkaMetric metric) {
        producer.registerMetricForSubscription(metric);
    }

    @Override
    public void unregisterMetricFromSubscription(KafkaMetric metric) {
        producer.unregisterMetricFromSubscription(metric);
    }

    @Override
    public void flush() {
        producer.flush();
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        return producer.partitionsFor(topic);
    }

    @Override
    public Map<MetricName, ? extends Metric> metrics() {
        return producer.metrics();
    }

    @Override
    public Uuid clientInstanceId(Duration timeout) {
        return producer.clientInstanceId(timeout);
    }

    @Override
    public void close() {
        producer.close();
    }

    @Override
    public void close(Duration timeout) {
        producer.close(timeout);
    }
}
