package io.freshet.training.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Creates the trainer's Kafka clients. The settings that the trainer's guarantees depend on are fixed here, and the
 * configuration rejects them; all other settings may be overridden by the user. A configured {@code client.id} is the
 * prefix of the clients' ids, which differ for each learner.
 */
public final class KafkaClients {
    /** Maximum size of a request: one record holds all dense parameters, also those of a large model. */
    private static final int MAX_REQUEST_BYTES = 16 << 20;

    /** Maximum time for which a killed trainer's open transaction may hold back readers of the model log. */
    private static final int TRANSACTION_TIMEOUT_MS = 10_000;

    /** Time beyond the transaction timeout for which a call of the transactional producer waits for the brokers. */
    private static final int BLOCK_MARGIN_MS = 5_000;

    private static final Duration CLOSE = Duration.ofSeconds(2);
    private static final int HEARTBEATS_IN_TIMEOUT = 10;

    /** Maximum time until an added partition is discovered. */
    private static final int METADATA_MAX_AGE_MS = 20_000;

    private KafkaClients() {}

    /**
     * Returns a consumer that reads committed records from explicitly set positions, and fails if a position is out of
     * range.
     */
    public static Consumer<byte[], byte[]> consumer(OnlineConfig config, String purpose, int maxRecords) {
        Map<String, Object> settings = new HashMap<>(config.clients().consumer());
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId(config, settings) + "-" + purpose);
        settings.putIfAbsent(ConsumerConfig.METADATA_MAX_AGE_CONFIG, METADATA_MAX_AGE_MS);
        settings.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxRecords);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Returns a consumer that joins the group of all trainers of the model. Assignment is sticky and cooperative: a new
     * member takes no partition away from an existing one.
     *
     * @param config configuration of learner 0
     */
    public static Consumer<byte[], byte[]> lease(OnlineConfig config) {
        int timeoutMs = Math.toIntExact(config.leaseTimeout().toMillis());
        Map<String, Object> settings = new HashMap<>(config.clients().consumer());
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId(config, settings) + "-lease");
        settings.put(
                ConsumerConfig.GROUP_ID_CONFIG,
                OnlineConfig.leaseGroup(
                        config.clients().transactionalId(), config.learners().count()));
        settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, GroupProtocol.CLASSIC.name());
        settings.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        settings.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, timeoutMs);
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, timeoutMs / HEARTBEATS_IN_TIMEOUT);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Returns the time after which the brokers abort an open transaction of {@link #producer}. */
    public static Duration transactionTimeout(OnlineConfig config) {
        Object ms = config.clients()
                .producer()
                .getOrDefault(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        return Duration.ofMillis(Long.parseLong(ms.toString().strip()));
    }

    /**
     * Returns the id of a learner's clients, without their purpose: the transactional id, or the configured one with the
     * number of the learner.
     */
    static String clientId(OnlineConfig config, Map<String, Object> settings) {
        Object configured = settings.get(ConsumerConfig.CLIENT_ID_CONFIG);
        return configured == null
                ? config.clients().transactionalId()
                : configured + OnlineConfig.Learners.suffix(config.learners().number());
    }

    /**
     * Closes a consumer without a group, with a short timeout: it has no group to leave, and unresponsive brokers would
     * delay it.
     */
    public static void close(Consumer<?, ?> consumer) {
        consumer.close(CloseOptions.timeout(CLOSE));
    }

    /** Returns a non-transactional producer, which may write concurrently with other producers. */
    public static Producer<byte[], byte[]> plainProducer(OnlineConfig config) {
        Map<String, Object> settings = new HashMap<>(config.clients().producer());
        settings.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * Returns a producer with the model's transactional id. Its {@code initTransactions} fences all other producers
     * with this id.
     */
    public static Producer<byte[], byte[]> producer(OnlineConfig config) {
        Map<String, Object> settings = new HashMap<>(config.clients().producer());
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, clientId(config, settings));
        settings.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
        settings.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        settings.putIfAbsent(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        settings.putIfAbsent(
                ProducerConfig.MAX_BLOCK_MS_CONFIG, transactionTimeout(config).toMillis() + BLOCK_MARGIN_MS);
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, config.clients().transactionalId());
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
