package io.freshet.service.runtime;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.training.liveness.DeadlyErrors;
import io.freshet.training.liveness.Heartbeat;
import io.freshet.training.liveness.Heartbeats;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the topics of a process. Before the roles start, creates the topics or waits until they exist. Afterwards looks
 * for added partitions. The streams role cannot read those: its state has as many partitions as the clicks had when it
 * first started. Thread-safe except for starting and closing.
 */
public final class TopicWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);
    private static final Duration TOPIC_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final Duration REMINDER = Duration.ofMinutes(1);
    private static final Duration UNREAD_REMINDER = Duration.ofMinutes(10);

    private final FreshetConfig config;
    private final boolean hasState;
    private final Duration interval;
    private final Admin admin;
    private final TopicSetup setup;
    private final List<String> partitionedAsState;
    private final Heartbeats heartbeats;
    private final Thread thread =
            Thread.ofPlatform().name("topic-watch").daemon().unstarted(this::run);
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile List<String> missing = List.of();
    private volatile Map<String, Integer> unread = Map.of();
    private int statePartitions;
    private long remindedNanos;

    /**
     * Creates a watch that does nothing yet.
     *
     * @param hasState whether the process has the streams role
     * @param registry receives the number of unread partitions
     */
    public TopicWatch(FreshetConfig config, boolean hasState, MeterRegistry registry) {
        this(config, hasState, registry, Duration.ofSeconds(20));
    }

    public TopicWatch(FreshetConfig config, boolean hasState, MeterRegistry registry, Duration interval) {
        this.config = config;
        this.hasState = hasState;
        this.interval = interval;
        admin = Admin.create(config.kafka().forAdmin());
        setup = new TopicSetup(admin, config, TOPIC_TIMEOUT);
        partitionedAsState = hasState ? List.copyOf(new TopicPlan(config).partitionedAlike()) : List.of();
        heartbeats = new Heartbeats(config.get(HttpKeys.HEALTH_STALL));
        for (String topic : partitionedAsState) {
            Gauge.builder("freshet.partitions.unread", this, watch -> watch.unread.getOrDefault(topic, 0))
                    .description("Partitions that were added to the topic after the state was created and are not read")
                    .tag("topic", topic)
                    .register(registry);
        }
    }

    /**
     * Ensures that all topics exist, as the configuration says: creates missing topics, or waits for them and logs a line
     * each minute.
     *
     * @param isAskedToEnd waits for the given time and returns whether the process should end
     * @return false if the process should end before all topics exist, or before the brokers tell whether the state has moved
     * @throws ConfigException if topics do not fit each other or the state, or if the state is being moved or has moved
     */
    public boolean awaitTopics(Predicate<Duration> isAskedToEnd) {
        if (!config.get(TopicKeys.CREATE)) {
            long reminded = System.nanoTime() - REMINDER.toNanos();
            missing = setup.missing();
            while (!missing.isEmpty()) {
                if (System.nanoTime() - reminded >= REMINDER.toNanos()) {
                    reminded = System.nanoTime();
                    LOG.warn(
                            "Waiting for topics to be created, because topics.create=false: missing={}; create them"
                                    + " with 'freshet topics create'",
                            missing);
                }
                if (isAskedToEnd.test(WAIT)) {
                    return false;
                }
                missing = missingIfKnown();
            }
        }
        if (hasState && !awaitStartable(isAskedToEnd)) {
            return false;
        }
        setup.run();
        if (hasState) {
            requireStateOfSamePartitions();
        }
        return true;
    }

    /** Waits until the brokers tell whether the state has moved. Returns false if the process should end before. */
    private boolean awaitStartable(Predicate<Duration> isAskedToEnd) {
        while (true) {
            try {
                StateMove.requireStartable(admin, config.get(ProcessKeys.APPLICATION_ID), TOPIC_TIMEOUT);
                return true;
            } catch (ConfigException | InterruptException e) {
                throw e;
            } catch (KafkaException e) {
                LOG.warn(
                        "It is not known whether the state of this application has moved; trying again: {}",
                        e.toString());
            }
            if (isAskedToEnd.test(WAIT)) {
                return false;
            }
        }
    }

    /** Returns the missing topics; those of the last call if the brokers are not available. */
    private List<String> missingIfKnown() {
        try {
            return setup.missing();
        } catch (KafkaException e) {
            LOG.warn("Topics cannot be listed; trying again: {}", e.toString());
            return missing;
        }
    }

    private void requireStateOfSamePartitions() {
        Map<String, Integer> counts = partitionCounts();
        int clicks = counts.getOrDefault(config.get(TopicKeys.CLICKS), 0);
        int state = counts.getOrDefault(TopicPlan.stateTopic(config.get(ProcessKeys.APPLICATION_ID)), clicks);
        if (clicks != state) {
            throw new ConfigException("The state and the clicks must have the same number of partitions: "
                    + config.get(TopicKeys.CLICKS) + " has " + clicks + ", the state of application.id="
                    + config.get(ProcessKeys.APPLICATION_ID) + " has " + state + ". "
                    + TopicPlan.remedyForAdded(state));
        }
        statePartitions = state;
    }

    private Map<String, Integer> partitionCounts() {
        List<String> names = new ArrayList<>(partitionedAsState);
        names.add(TopicPlan.stateTopic(config.get(ProcessKeys.APPLICATION_ID)));
        return setup.partitionCounts(names);
    }

    /**
     * Returns the number of partitions with which the state was made, for each topic that the streams role reads; empty in
     * other roles.
     */
    public Map<String, Integer> readPartitions() {
        Map<String, Integer> counts = new TreeMap<>();
        partitionedAsState.forEach(topic -> counts.put(topic, statePartitions));
        return counts;
    }

    /** Starts looking for added partitions, on a thread of its own. */
    public void start() {
        thread.start();
    }

    private void run() {
        try (Heartbeat heartbeat = heartbeats.of("topic-watch")) {
            heartbeat.begin();
            long lookedNanos = System.nanoTime();
            while (hasState && !isClosingWithin(WAIT)) {
                heartbeat.beat();
                if (System.nanoTime() - lookedNanos >= interval.toNanos()) {
                    look();
                    lookedNanos = System.nanoTime();
                }
            }
        }
    }

    private boolean isClosingWithin(Duration time) {
        try {
            return closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void look() {
        try {
            Map<String, Integer> counts = partitionCounts();
            Map<String, Integer> found = new TreeMap<>();
            for (String topic : partitionedAsState) {
                int added = counts.getOrDefault(topic, statePartitions) - statePartitions;
                if (added > 0) {
                    found.put(topic, added);
                }
            }
            tell(Map.copyOf(found));
        } catch (Throwable e) {
            DeadlyErrors.throwIfDeadly(e);
            LOG.debug("Topics cannot be described; trying again in {}", interval, e);
        }
    }

    private void tell(Map<String, Integer> found) {
        boolean isNews = !found.equals(unread);
        unread = found;
        if (!found.isEmpty() && (isNews || System.nanoTime() - remindedNanos > UNREAD_REMINDER.toNanos())) {
            remindedNanos = System.nanoTime();
            LOG.warn(
                    "Partitions were added to topics and are not read: partitions of the state={}, unread partitions by"
                            + " topic={}. {}",
                    statePartitions,
                    found,
                    TopicPlan.remedyForAdded(statePartitions));
        }
    }

    /** Returns the topics that the process waits for; empty once all exist. */
    public List<String> missing() {
        return missing;
    }

    /** Returns the number of unread partitions by topic; empty if all are read. */
    public Map<String, Integer> unread() {
        return unread;
    }

    /** Returns the loops of the watch itself that make no progress; empty if all do. */
    public List<String> overdue() {
        return heartbeats.overdue();
    }

    @Override
    public void close() {
        closing.countDown();
        admin.close(Duration.ZERO);
    }
}
