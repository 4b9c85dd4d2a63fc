package io.freshet.training.lease;

import io.freshet.training.config.KafkaClients;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.failure.FailureKind;
import io.freshet.training.failure.TrainerLog;
import io.freshet.training.liveness.DeadlyErrors;
import io.freshet.training.liveness.Heartbeat;
import io.freshet.training.liveness.Heartbeats;
import io.freshet.training.telemetry.KafkaMeters;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease based on Kafka's group membership. All trainers of a model form one consumer group on the model log, and the
 * member to which partition i is assigned holds the lease of learner i. The member keeps the lease
 * while it lives, because the assignor does not move a partition without need. If the member is silent for the
 * session timeout, the broker assigns its partitions to other members.
 *
 * <p>A consumer that fails is replaced by a new one, and the lease is not held meanwhile. Only a
 * {@linkplain FailureKind#FATAL fatal} failure, such as one of authentication or authorization, ends the lease.
 *
 * <p>Reads no records and commits no offsets. Runs its own thread until it is closed. Thread-safe.
 */
final class GroupLease implements Lease {
    private static final Logger LOG = LoggerFactory.getLogger(GroupLease.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final OnlineConfig config;
    private final String modelName;
    private final MeterRegistry registry;
    private final Heartbeat heartbeat;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile @Nullable Consumer<byte[], byte[]> current;
    private volatile Set<Integer> held = Set.of(); // learners
    private volatile boolean renounced;
    private volatile @Nullable Throwable failure;

    private GroupLease(OnlineConfig config, MeterRegistry registry, Heartbeat heartbeat) {
        this.config = config;
        this.modelName = config.modelName();
        this.registry = registry;
        this.heartbeat = heartbeat;
        this.thread = Thread.ofPlatform().name("trainer-lease").daemon().unstarted(this::run);
    }

    /**
     * Creates a lease and starts to join the group.
     *
     * @param registry receives the consumer's metrics
     * @param heartbeats watch the lease's thread
     */
    static GroupLease ask(OnlineConfig config, MeterRegistry registry, Heartbeats heartbeats) {
        GroupLease lease = of(config, registry, heartbeats);
        lease.join();
        return lease;
    }

    /** Creates a lease that does not join the group yet. */
    static GroupLease of(OnlineConfig config, MeterRegistry registry, Heartbeats heartbeats) {
        return new GroupLease(config, registry, heartbeats.of("trainer-lease"));
    }

    /** Starts to join the group. Must be called once. */
    void join() {
        thread.start();
    }

    @Override
    public boolean isHeld() {
        return isHeld(0);
    }

    /** Returns whether this process holds the lease of a learner, as {@link #isHeld()} does. */
    boolean isHeld(int learner) {
        Throwable cause = failure;
        if (cause != null) {
            throw new KafkaException("cannot tell whether this trainer holds the lease", cause);
        }
        return held.contains(learner);
    }

    @Override
    public boolean standsBy() {
        return true;
    }

    @Override
    public void renounce() {
        held = Set.of();
        renounced = true;
    }

    @Override
    public void giveUp() {
        renounce();
    }

    private void run() {
        TrainerLog.begin(modelName);
        try (heartbeat) {
            heartbeat.begin();
            while (failure == null && !isClosingWithin(Duration.ZERO)) {
                beMember();
            }
        }
    }

    private void beMember() {
        try (KafkaMeters meters = new KafkaMeters(registry)) {
            Consumer<byte[], byte[]> consumer = meters.watch(KafkaClients.lease(config));
            try {
                current = consumer;
                poll(consumer);
            } finally {
                held = Set.of();
                current = null;
                consumer.close(CloseOptions.timeout(CLOSE));
            }
        } catch (WakeupException e) {
            LOG.debug("Woken to close");
        } catch (Throwable e) {
            DeadlyErrors.throwIfDeadly(e);
            if (FailureKind.of(e) == FailureKind.FATAL) {
                failure = e;
            } else {
                LOG.warn("The lease of model {} failed; the trainer asks for it again in {}", modelName, RETRY, e);
                heartbeat.beat();
                boolean _ = isClosingWithin(RETRY);
            }
        }
    }

    private void poll(Consumer<byte[], byte[]> consumer) {
        join(consumer);
        while (!isClosingWithin(Duration.ZERO)) {
            heartbeat.beat();
            consumer.poll(POLL);
            if (renounced) {
                renounced = false;
                consumer.unsubscribe();
                join(consumer);
            }
        }
    }

    private void join(Consumer<byte[], byte[]> consumer) {
        consumer.subscribe(List.of(config.topics().modelLog()), new Listener(consumer));
    }

    private boolean isClosingWithin(Duration time) {
        try {
            return closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private final class Listener implements ConsumerRebalanceListener {
        private final Consumer<byte[], byte[]> consumer;

        Listener(Consumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            consumer.pause(consumer.assignment());
            Set<Integer> now = new TreeSet<>(held);
            for (TopicPartition partition : partitions) {
                if (partition.partition() < config.learners().count()) {
                    LOG.info("This process now trains model {}{}", modelName, learner(partition));
                    now.add(partition.partition());
                }
            }
            held = now;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            Set<Integer> now = new TreeSet<>(held);
            for (TopicPartition partition : partitions) {
                if (now.remove(partition.partition())) {
                    LOG.info("This process no longer trains model {}{}", modelName, learner(partition));
                }
            }
            held = now;
        }

        private String learner(TopicPartition partition) {
            return config.learners().areSeveral() ? ": learner " + partition.partition() : "";
        }
    }

    @Override
    public void close() {
        closing.countDown();
        Consumer<byte[], byte[]> consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
        try {
            if (thread.isAlive() && !thread.join(CLOSE.multipliedBy(2))) {
                LOG.warn("The lease of model {} was not released within {}", modelName, CLOSE.multipliedBy(2));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
