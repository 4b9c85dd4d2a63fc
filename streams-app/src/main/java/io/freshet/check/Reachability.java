package io.freshet.check;

import io.freshet.config.FreshetConfig;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether the brokers answer and accept this client, for commands that cannot do without them. Kafka's own clients try for
 * minutes and warn of each attempt; this says once, within ten seconds, what is wrong.
 */
public final class Reachability {
    private static final Duration PAUSE = Duration.ofMillis(250);

    /** Brokers that start beside a process may come a moment after it. */
    private static final Duration PATIENCE_OF_A_START = Duration.ofSeconds(3);

    private Reachability() {}

    /**
     * Returns if the brokers answer now.
     *
     * @throws CheckFailedException if they do not
     * @throws InterruptedIOException if the thread is interrupted
     */
    public static void require(FreshetConfig config) throws CheckFailedException, InterruptedIOException {
        require(config, Duration.ZERO);
    }

    /** Returns as soon as the brokers answer, for a process that may start before them. */
    public static void requireAtStart(FreshetConfig config) throws CheckFailedException, InterruptedIOException {
        require(config, PATIENCE_OF_A_START);
    }

    private static void require(FreshetConfig config, Duration patience)
            throws CheckFailedException, InterruptedIOException {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            Optional<Finding> problem = problem(config);
            while (problem.isPresent()) {
                if (!Brokers.mayComeYet(problem.get()) || System.nanoTime() >= deadline) {
                    throw new CheckFailedException(problem.get());
                }
                Thread.sleep(PAUSE);
                problem = problem(config);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(
                    "interrupted while connecting to " + config.kafka().bootstrapServers());
        }
    }

    private static Optional<Finding> problem(FreshetConfig config) throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        Brokers.connect(config, findings::add).ifPresent(Brokers::close);
        return findings.stream()
                .filter(finding -> finding.outcome() == Outcome.PROBLEM)
                .findFirst();
    }
}
