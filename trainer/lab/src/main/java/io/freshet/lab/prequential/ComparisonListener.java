package io.freshet.lab.prequential;

import io.freshet.training.metrics.Accuracy;

/** Receives the progress of a comparison, on the thread that the comparison runs on. */
public interface ComparisonListener {
    /** A listener that does nothing. */
    ComparisonListener SILENT = new Silent();

    /** A listener that does nothing. */
    final class Silent implements ComparisonListener {
        private Silent() {}
    }

    /**
     * Called after a step has been run.
     *
     * @param records number of records run so far
     * @param ofRecords number of records in the whole stream
     * @param online accuracy of the online learner's mixture over the newest events
     */
    default void stepped(long records, long ofRecords, Accuracy online) {}

    /**
     * Called while a network is being fitted from scratch.
     *
     * @param tenth number of the tenth of the stream before which the network is fitted
     * @param epoch number of the epoch, from 1
     */
    default void refitting(int tenth, int epoch) {}
}
