package io.freshet.app.faults;

import java.time.Duration;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts committed records as they arrive, and measures the gaps between them. Reads on its own thread. */
final class Observer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Observer.class);
    private static final Duration INTERVAL = Duration.ofMillis(200);

    private final String model;
    private final Thread thread;
    private volatile long answers;
    private volatile long learned;
    private volatile long longestGapNanos;
    private volatile boolean ending;

    Observer(String bootstrapServers, String model) {
        this.model = model;
        this.thread = Thread.ofPlatform().name("observer").daemon().start(() -> observe(bootstrapServers));
    }

    private void observe(String bootstrapServers) {
        try (CommittedCounts counts = new CommittedCounts(bootstrapServers)) {
            long newestNanos = System.nanoTime();
            while (!ending) {
                long before = answers;
                read(counts);
                long now = System.nanoTime();
                if (before > 0) {
                    longestGapNanos = Math.max(longestGapNanos, now - newestNanos);
                }
                if (answers > before) {
                    newestNanos = now;
                }
                Thread.sleep(INTERVAL);
            }
        } catch (InterruptedException | InterruptException e) {
            // The observer is closed.
        }
    }

    private void read(CommittedCounts counts) {
        try {
            answers = counts.answers();
            learned = counts.learned(model);
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.info("The brokers do not answer the observer", e);
        }
    }

    /** Returns the number of recommendations so far. */
    long answers() {
        return answers;
    }

    /** Returns the number of sequences records learned from so far. */
    long learned() {
        return learned;
    }

    /** Returns the longest time between two recommendations so far. */
    Duration longestGap() {
        return Duration.ofNanos(longestGapNanos);
    }

    @Override
    public void close() {
        ending = true;
        thread.interrupt();
    }
}
