package io.freshet.testkit.broker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.testcontainers.DockerClientFactory;

/** Checks for a Docker engine. */
public final class Docker {
    private Docker() {}

    /** Skips the test if there is no Docker engine. */
    public static void require() {
        assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(), "there is no Docker engine to run containers on");
    }
}
