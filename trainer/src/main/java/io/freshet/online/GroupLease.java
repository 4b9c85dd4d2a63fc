package io.freshet.online;

import io.freshet.metrics.KafkaMeters;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
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
 * A lease by Kafka's own group membership: all trainers of a model are one consumer group on the one partition of the
 * model log, and the one that has the partition assigned holds the lease. It keeps it while it lives: the assignor moves
 * nothing without need. When it is silent for the session timeout, the broker gives the partition to another.
 *
 * <p>Reads no record and commits no offset. Runs a thread of its own until it is closed. Thread-safe.
 */
final class GroupLease implements Lease {
    private static final Logger LOG = LoggerFactory.getLogger(GroupLease.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final Consumer<byte[], byte[]> consumer;
    private final String modelName;
    private final String topic;
    private final Thread thread;
    private volatile boolean held;
    private volatile boolean renounced;
    private volatile boolean closed;
    private volatile @Nullable RuntimeException failure;

    private GroupLease(Consumer<byte[], byte[]> consumer, String modelName, String topic) {
        this.consumer = consumer;
        this.modelName = modelName;
        this.topic = topic;
        this.thread = Thread.ofPlatform().name("trainer-lease").daemon().unstarted(this::run);
    }

    /** Joins the group. */
    static GroupLease ask(OnlineConfig config, KafkaMeters meters) {
        GroupLease lease = new GroupLease(
                meters.watch(KafkaClients.lease(config)),
                config.modelName(),
                config.topics().modelLog());
        lease.thread.start();
        return lease;
    }

    @Override
    public boolean isHeld() {
        RuntimeException cause = failure;
        if (cause != null) {
            throw new KafkaException("a trainer must be able to tell whether it is the one that learns", cause);
        }
        return held;
    }

    @Override
    public boolean standsBy() {
        return true;
    }

    @Override
    public void renounce() {
        held = false;
        renounced = true;
    }

    private void run() {
        TrainerLog.begin(modelName);
        try {
            join();
            while (!closed) {
                consumer.poll(POLL);
                if (renounced) {
                    renounced = false;
                    consumer.unsubscribe();
                    join();
                }
            }
        } catch (WakeupException e) {
            LOG.debug("Woken to close");
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            held = false;
            consumer.close(CloseOptions.timeout(CLOSE));
        }
    }

    private void join() {
        consumer.subscribe(List.of(topic), new Listener());
    }

    private final class Listener implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            consumer.pause(consumer.assignment());
            if (!partitions.isEmpty()) {
                LOG.info("The trainer of model {} in this process is the one to learn", modelName);
                held = true;
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (!partitions.isEmpty()) {
                LOG.info("The trainer of model {} in this process is not the one to learn any more", modelName);
                held = false;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        try {
            if (!thread.join(CLOSE.multipliedBy(2))) {
                LOG.warn("The lease of model {} was not given up within {}", modelName, CLOSE.multipliedBy(2));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
