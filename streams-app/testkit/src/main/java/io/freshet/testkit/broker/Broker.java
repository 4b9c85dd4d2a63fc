package io.freshet.testkit.broker;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A Kafka broker for one test: the demo's broker in this JVM, or the public image in a container. The system property
 * {@value #PROPERTY} chooses {@code embedded} or {@code container}; the build runs the tests with {@link #TAG} on both.
 */
public sealed interface Broker extends AutoCloseable permits EmbeddedKafka, ContainerBroker {
    /** Tag for test classes that work with any broker. */
    String TAG = "any-broker";

    String PROPERTY = "freshet.test.broker";

    /**
     * Starts a broker. Skips the test if a container is required but there is no Docker.
     *
     * @param folder data folder of a broker in this JVM
     */
    static Broker start(Path folder) throws IOException {
        String kind = System.getProperty(PROPERTY, "embedded");
        return switch (kind) {
            case "embedded" -> EmbeddedKafka.start(folder);
            case "container" -> ContainerBroker.start();
            default -> throw new IllegalArgumentException(PROPERTY + " must be embedded or container: " + kind);
        };
    }

    /** Returns the address for clients: host:port. */
    String bootstrapServers();

    @Override
    void close();
}
