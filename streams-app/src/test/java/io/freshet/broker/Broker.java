package io.freshet.broker;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A Kafka broker of a test's own: the one that the demo has, in this JVM, or the public image's in a container. Which of
 * them, the system property {@value #PROPERTY} says, {@code embedded} or {@code container}; the build runs the tests with
 * {@link #TAG} on both.
 */
public sealed interface Broker extends AutoCloseable permits EmbeddedBroker, ContainerBroker {
    /** On test classes that any broker will do for. */
    String TAG = "any-broker";

    String PROPERTY = "freshet.test.broker";

    /**
     * Starts one, and skips the test where it has to be in a container and there is no Docker.
     *
     * @param folder what the broker in this JVM keeps its data in
     */
    static Broker start(Path folder) throws IOException {
        String kind = System.getProperty(PROPERTY, "embedded");
        return switch (kind) {
            case "embedded" -> EmbeddedBroker.start(folder);
            case "container" -> ContainerBroker.start();
            default -> throw new IllegalArgumentException(PROPERTY + " must be embedded or container: " + kind);
        };
    }

    /** Where clients connect: host:port. */
    String bootstrapServers();

    @Override
    void close();
}
