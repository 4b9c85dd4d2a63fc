package io.freshet.online;

import io.freshet.metrics.KafkaMeters;

/**
 * Says which one of a model's trainers is to learn. It only advises: that two never learn at once is for the
 * transactions to see to, which fence out whoever thinks he still holds it.
 */
sealed interface Lease extends AutoCloseable permits GroupLease, Lease.Unshared {
    /** The lease that the configuration asks for. Whoever holds it may still have to wait. */
    static Lease of(OnlineConfig config, KafkaMeters meters) {
        return config.leaseTimeout().isZero() ? new Unshared() : GroupLease.ask(config, meters);
    }

    /**
     * Whether it is this trainer that learns.
     *
     * @throws org.apache.kafka.common.KafkaException if that cannot be known any more
     */
    boolean isHeld();

    /** Whether a trainer that has been fenced out waits until it is its turn again. */
    boolean standsBy();

    /** Lets another have it, if one waits, as another has shown itself to be at work; then asks for it again. */
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
