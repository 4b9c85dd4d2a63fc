package io.freshet.prequential;

import io.freshet.evaluation.Accuracy;

/** Is told how a race comes along, on the thread that it runs on. */
public interface RaceListener {
    /** Does nothing. */
    RaceListener SILENT = new Silent();

    /** A listener that does nothing. */
    final class Silent implements RaceListener {
        private Silent() {}
    }

    /**
     * A step has been run.
     *
     * @param records of the stream that have been run
     * @param ofRecords of the whole stream
     * @param online what the online learner served, over the newest events
     */
    default void stepped(long records, long ofRecords, Accuracy online) {}

    /**
     * A network is being fitted from scratch.
     *
     * @param tenth of the stream that it will stand before
     * @param epoch from 1
     */
    default void refitting(int tenth, int epoch) {}
}
