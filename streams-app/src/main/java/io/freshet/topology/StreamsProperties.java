package io.freshet.topology;

import io.freshet.config.FreshetConfig;
import io.freshet.config.StreamsRuntimeConfig;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The properties of the Kafka Streams client: low latency under exactly-once. What {@code kafka.*} sets wins, also where it
 * is set for a wider kind of client than the default here.
 */
public final class StreamsProperties {
    /** Kafka's constant for it is deprecated from the start: it goes with the old behaviour. */
    private static final String GLOBAL_HANDLER = "processing.exception.handler.global.enabled";

    private StreamsProperties() {}

    /** Properties that the caller owns. */
    public static Map<String, Object> of(FreshetConfig config) {
        Map<String, Object> properties = new HashMap<>();
        putLatency(properties, config.streams());
        properties.put(GLOBAL_HANDLER, true);
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), begin(config));
        putIdentity(properties, config);
        properties.keySet().removeIf(config.kafka()::decides);
        properties.putAll(config.kafka().forStreams());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        return properties;
    }

    /** A shadow answers what comes: what has been is answered, and its model has learned from it. */
    private static String begin(FreshetConfig config) {
        return config.variants().shadow() ? "latest" : "earliest";
    }

    private static void putIdentity(Map<String, Object> properties, FreshetConfig config) {
        StreamsRuntimeConfig streams = config.streams();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, config.applicationId());
        properties.put(StreamsConfig.STATE_DIR_CONFIG, config.streamsStateDir().toString());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, streams.threads());
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int)
                config.topicCreation().replicationFactor());
        String advertised = config.http().advertisedAddress();
        if (!advertised.isEmpty()) {
            properties.put(StreamsConfig.APPLICATION_SERVER_CONFIG, advertised);
        }
        if (!streams.instanceId().isEmpty()) {
            properties.put(
                    StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), streams.instanceId());
        }
    }

    /**
     * A recommendation waits for its commit; the rest keeps the wait for everything else short. A linger of 0 collapses
     * at some thousand clicks a second; the default poll of 100 ms adds as much after a lull. Clicks of one partition
     * on two topics need no order between them, since late ones are put in their place.
     */
    private static void putLatency(Map<String, Object> properties, StreamsRuntimeConfig streams) {
        properties.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                streams.commitInterval().toMillis());
        properties.put(StreamsConfig.POLL_MS_CONFIG, 5L);
        properties.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, -1L);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0L);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 65_536);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // How long a transaction left open by kill -9 keeps read_committed readers waiting.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 5_000);
        // While brokers are away each task of a thread waits for so long in turn, and the thread does not poll
        // meanwhile.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_BLOCK_MS_CONFIG), 15_000);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MIN_BYTES_CONFIG), 1);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 500);
        // How long the users of a killed process wait for another one: the least that brokers allow by themselves.
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6_000);
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 1_000);
    }
}
