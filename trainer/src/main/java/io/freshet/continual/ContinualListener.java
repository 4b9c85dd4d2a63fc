package io.freshet.continual;

/** Is told how a continual run comes along, on the thread that it runs on. */
public interface ContinualListener {
    /** Does nothing. */
    ContinualListener SILENT = new Silent();

    /** A listener that does nothing. */
    final class Silent implements ContinualListener {
        private Silent() {}
    }

    /**
     * A step has been learned.
     *
     * @param cycle from 1
     * @param clicks of the period learned so far
     * @param ofClicks clicks of the period
     */
    default void learned(int cycle, long clicks, long ofClicks) {}
}
