package io.freshet.broker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.testcontainers.DockerClientFactory;

/** Whether there is a Docker engine. */
public final class Docker {
    private Docker() {}

    /** Skips the test where there is none. */
    public static void require() {
        assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(), "there is no Docker engine to run containers on");
    }
}
