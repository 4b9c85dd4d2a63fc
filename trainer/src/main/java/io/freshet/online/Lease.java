package io.freshet.online;

import io.freshet.liveness.Heartbeats;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Says which one of a model's trainers is to learn. Advisory: mutual exclusion comes from transactional fencing, which
 * rejects a trainer that wrongly believes it holds the lease.
 */
sealed interface Lease extends AutoCloseable permits GroupLease, Lease.Unshared {
    /** The lease that the configuration asks for. The trainer that gets it may still have to wait. */
    static Lease of(OnlineConfig config, MeterRegistry registry, Heartbeats heartbeats) {
        return config.leaseTimeout().isZero() ? new Unshared() : GroupLease.ask(config, registry, heartbeats);
    }

    /**
     * Whether it is this trainer that learns.
     *
     * @throws org.apache.kafka.common.KafkaException if the login or the rights do not allow to know
     */
    boolean isHeld();

    /** Whether a trainer that has been fenced out waits until it is its turn again. */
    boolean standsBy();

    /** Gives the lease to another trainer if one waits, then asks for it again. */
    void renounce();

    /** Gives it up, to another trainer if one waits. */
    @Override
    void close();

    /** No waiting: who has started last learns. */
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
        public void close() {}
    }
}
