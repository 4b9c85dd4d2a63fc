package io.freshet.testkit.broker;

import java.time.Duration;
import org.testcontainers.kafka.KafkaContainer;

/** A broker from the public image, one container for each. */
public record ContainerBroker(KafkaContainer container) implements Broker {
    /** Image, in the Kafka version that the program is built with. */
    public static final String IMAGE = "apache/kafka:4.3.1";

    /** More than Testcontainers' one minute, because other tests run at the same time. */
    private static final Duration STARTUP_TIMEOUT = Duration.ofMinutes(4);

    static ContainerBroker start() {
        Docker.require();
        KafkaContainer container = configured();
        container.start();
        return new ContainerBroker(container);
    }

    /**
     * Returns a container that has not been started and behaves like the demo's broker: topics are not created
     * automatically, and transactions and members of killed clients time out soon.
     */
    public static KafkaContainer configured() {
        return new KafkaContainer(IMAGE)
                .withStartupTimeout(STARTUP_TIMEOUT)
                .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
                .withEnv("KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS", "1000")
                .withEnv("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000")
                .withEnv("KAFKA_LOG_SEGMENT_DELETE_DELAY_MS", "1000");
    }

    @Override
    public String bootstrapServers() {
        return container.getBootstrapServers();
    }

    @Override
    public void close() {
        container.stop();
    }
}
