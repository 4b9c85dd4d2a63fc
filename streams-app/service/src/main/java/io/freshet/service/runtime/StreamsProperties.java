package io.freshet.service.runtime;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.StreamsKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.config.key.VariantKeys;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Properties of the Kafka Streams client: low latency under exactly-once. A setting in {@code kafka.*} overrides a default
 * here, even if it is set for a wider kind of client than the default.
 */
public final class StreamsProperties {
    /**
     * A literal, because Kafka deprecated the constant when it introduced it: the switch will be removed together with
     * the old behaviour.
     */
    private static final String GLOBAL_HANDLER = "processing.exception.handler.global.enabled";

    private StreamsProperties() {}

    /**
     * Returns the properties, in a map that the caller owns.
     *
     * <p>A task does not wait to merge its topics in order if there is one topic of clicks, because the sequencer inserts
     * late clicks by time. With several, it waits until records that are on the brokers are fetched (0): a backlog of one
     * topic would otherwise run ahead of the others. It never waits for records that may come, or for those that wait for the
     * schema registry.
     */
    public static Map<String, Object> of(FreshetConfig config) {
        Map<String, Object> properties = new HashMap<>();
        putLatency(properties, config.get(StreamsKeys.COMMIT_INTERVAL));
        properties.put(
                StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, config.clickTopics().size() > 1 ? 0L : -1L);
        properties.put(GLOBAL_HANDLER, true);
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), begin(config));
        putIdentity(properties, config);
        properties.keySet().removeIf(config.kafka()::decides);
        properties.putAll(config.kafka().forStreams());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        return properties;
    }

    /**
     * Returns where to start without a committed offset. A shadow starts at the end: earlier clicks have been answered, and
     * its model has learned from them.
     */
    private static String begin(FreshetConfig config) {
        return config.get(VariantKeys.SHADOW) ? "latest" : "earliest";
    }

    private static void putIdentity(Map<String, Object> properties, FreshetConfig config) {
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, config.get(ProcessKeys.APPLICATION_ID));
        properties.put(StreamsConfig.STATE_DIR_CONFIG, config.streamsStateDir().toString());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.get(StreamsKeys.THREADS));
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, config.get(TopicKeys.REPLICATION_FACTOR));
        String advertised = config.http().advertisedAddress();
        if (!advertised.isEmpty()) {
            properties.put(StreamsConfig.APPLICATION_SERVER_CONFIG, advertised);
        }
        String instance = config.get(StreamsKeys.INSTANCE_ID);
        if (!instance.isEmpty()) {
            properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), instance);
        }
    }

    /**
     * Sets the properties for low latency. A recommendation waits for its commit; the other properties keep all other
     * waits short. With a linger of 0, performance collapses at some thousand clicks per second. The default poll time
     * of 100 ms would add as much latency after a lull.
     */
    private static void putLatency(Map<String, Object> properties, Duration commitInterval) {
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval.toMillis());
        properties.put(StreamsConfig.POLL_MS_CONFIG, 5L);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0L);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 65_536);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // Longest time for which a transaction left open by kill -9 blocks read_committed readers.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 5_000);
        // While brokers are down, each task of a thread waits this long in turn, and the thread does not poll
        // meanwhile.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_BLOCK_MS_CONFIG), 15_000);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MIN_BYTES_CONFIG), 1);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 500);
        // Time until another process takes over from a killed one: the minimum that brokers allow by default.
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6_000);
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 1_000);
    }
}
