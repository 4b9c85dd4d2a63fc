package io.freshet.training.publish;

import io.freshet.store.snapshot.Rollback;
import io.freshet.training.config.KafkaClients;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads the committed records of one model on the manifests' topic. Owns the consumer. Not thread-safe. */
public final class ManifestsReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Consumer<byte[], byte[]> consumer;
    private final ManifestIndex catalogue;
    private final List<TopicPartition> partitions;

    /** Starts at the beginning of the topic. Closes the consumer if that fails. */
    public ManifestsReader(Consumer<byte[], byte[]> consumer, String topic, String modelName) {
        this.consumer = consumer;
        this.catalogue = new ManifestIndex(modelName);
        try {
            this.partitions = assignAll(consumer, topic);
        } catch (RuntimeException e) {
            KafkaClients.close(consumer);
            throw e;
        }
    }

    private static List<TopicPartition> assignAll(Consumer<byte[], byte[]> consumer, String topic) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new KafkaException("Topic must exist: topic=" + topic);
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return partitions;
    }

    /**
     * Reads up to the present end of the topic. The returned index belongs to this reader and changes with the next
     * call.
     */
    ManifestIndex readOn() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(POLL).forEach(catalogue::accept);
        }
        return catalogue;
    }

    /**
     * Returns the one of these snapshots that must be announced again, because a rollback to it was written while its
     * manifest was withdrawn. The writer of a rollback checks after its write that the version is still known, and the
     * caller calls this method after it has withdrawn the manifests. So at least one of them sees the other's write.
     */
    Optional<String> rolledBackTo(Collection<String> withdrawn) {
        return withdrawn.isEmpty()
                ? Optional.empty()
                : readOn().rollback().map(Rollback::served).filter(withdrawn::contains);
    }

    @Override
    public void close() {
        KafkaClients.close(consumer);
    }
}
