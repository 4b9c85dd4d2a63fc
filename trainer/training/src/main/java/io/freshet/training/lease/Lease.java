package io.freshet.training.lease;

import io.freshet.training.config.OnlineConfig;
import io.freshet.training.liveness.Heartbeats;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Decides which of a model's trainers learns. A lease is advisory: Kafka's fencing of transactional producers ensures
 * mutual exclusion, and rejects the commits of a trainer that wrongly believes that it holds the lease.
 */
public sealed interface Lease extends AutoCloseable permits GroupLease, Lease.OfLearner, Lease.Unshared {
    /**
     * Returns the lease that the configuration asks for. The caller may still have to wait until it holds the lease.
     */
    static Lease of(OnlineConfig config, MeterRegistry registry, Heartbeats heartbeats) {
        return config.leaseTimeout().isZero() ? new Unshared() : GroupLease.ask(config, registry, heartbeats);
    }

    /**
     * Returns whether this trainer holds the lease and may learn.
     *
     * @throws org.apache.kafka.common.KafkaException if authentication or authorization fails, so that this cannot be
     *     determined
     */
    boolean isHeld();

    /** Returns whether a trainer that has been fenced out waits for its next turn instead of stopping. */
    boolean standsBy();

    /**
     * Gives the lease to another trainer if one is waiting, then asks for it again. One of several learners keeps its lease,
     * because the other learners of its process would lose theirs.
     */
    void renounce();

    /**
     * Does what {@link #renounce} does, but one of several learners that holds its lease gives up all leases of its process.
     *
     * @throws org.apache.kafka.common.KafkaException as {@link #isHeld} does
     */
    void giveUp();

    /** Gives up the lease, to another trainer if one is waiting. */
    @Override
    void close();

    /**
     * The lease of one of several learners. A process has one membership for all of its learners, so it can give up all of
     * their leases only.
     */
    record OfLearner(GroupLease group, int learner) implements Lease {
        @Override
        public boolean isHeld() {
            return group.isHeld(learner);
        }

        @Override
        public boolean standsBy() {
            return true;
        }

        @Override
        public void renounce() {}

        @Override
        public void giveUp() {
            if (isHeld()) { // a learner that another process has taken over leaves the other learners of this one alone
                group.giveUp();
            }
        }

        @Override
        public void close() {}
    }

    /**
     * A lease that all trainers hold at the same time: no trainer waits, and the trainer that started last fences the
     * others.
     */
    record Unshared() implements Lease {
        @Override
        public boolean isHeld() {
            return true;
        }

        @Override
        public boolean standsBy() {
            return false;
        }

        @Override
        public void renounce() {}

        @Override
        public void giveUp() {}

        @Override
        public void close() {}
    }
}
