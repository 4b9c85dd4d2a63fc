package io.freshet.lab.continual;

/** Receives the progress of a continual run, on the thread that the run uses. */
public interface ContinualListener {
    /** A listener that does nothing. */
    ContinualListener SILENT = new Silent();

    /** A listener that does nothing. */
    final class Silent implements ContinualListener {
        private Silent() {}
    }

    /**
     * Called after a step has been learned.
     *
     * @param cycle number of the cycle, from 1
     * @param clicks number of the period's clicks learned so far
     * @param ofClicks number of clicks in the period
     */
    default void learned(int cycle, long clicks, long ofClicks) {}
}
