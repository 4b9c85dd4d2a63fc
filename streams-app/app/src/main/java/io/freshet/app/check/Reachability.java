package io.freshet.app.check;

import io.freshet.app.check.Finding.CheckFailedException;
import io.freshet.service.config.FreshetConfig;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until a broker answers and accepts this client, for commands that need one. Kafka's own clients retry for
 * minutes and log a warning for each attempt; this class reports the problem once. The report takes less than ten
 * seconds if no broker listens or if the broker refuses this client. A broker that accepts the connection but does not
 * answer may be busy: after some seconds a warning is logged, and the wait lasts up to a minute.
 */
public final class Reachability {
    private static final Logger LOG = LoggerFactory.getLogger(Reachability.class);
    private static final Duration PAUSE = Duration.ofMillis(250);

    /** Brokers that start together with this process may be ready a moment later. */
    private static final Duration LISTENER_WAIT_AT_START = Duration.ofSeconds(3);

    private static final Duration ANSWER_WAIT = Duration.ofMinutes(1);

    private Reachability() {}

    /**
     * Returns as soon as the brokers answer.
     *
     * @throws CheckFailedException if they do not answer
     * @throws InterruptedIOException if the thread is interrupted
     */
    public static void require(FreshetConfig config) throws CheckFailedException, InterruptedIOException {
        require(config, Duration.ZERO, ANSWER_WAIT);
    }

    /** As {@link #require(FreshetConfig)}, for a process that may start before the brokers. */
    public static void requireAtStart(FreshetConfig config) throws CheckFailedException, InterruptedIOException {
        require(config, LISTENER_WAIT_AT_START, ANSWER_WAIT);
    }

    /**
     * Returns as soon as the brokers answer.
     *
     * @param waitForListener how long to wait until a broker listens
     * @param waitForAnswer how long to wait until a broker that listens answers
     */
    static void require(FreshetConfig config, Duration waitForListener, Duration waitForAnswer)
            throws CheckFailedException, InterruptedIOException {
        long startedNanos = System.nanoTime();
        boolean warned = false;
        try {
            Optional<Finding> problem = problem(config);
            while (problem.isPresent()) {
                Finding found = problem.get();
                Duration maxWait = Brokers.isOfSilence(found)
                        ? waitForAnswer
                        : Brokers.isOfAbsence(found) ? waitForListener : Duration.ZERO;
                Duration waited = Duration.ofNanos(System.nanoTime() - startedNanos);
                if (waited.compareTo(maxWait) >= 0) {
                    throw new CheckFailedException(found);
                }
                if (Brokers.isOfSilence(found) && !warned) {
                    warned = true;
                    LOG.warn(
                            "{}; trying again for {} s",
                            found.message(),
                            maxWait.minus(waited).toSeconds());
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
