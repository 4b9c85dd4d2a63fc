package io.freshet.scoring;

/** Told of each change of the served model, on the follower's thread; must return quickly and not throw. */
public interface ModelListener {
    /**
     * A snapshot is now served.
     *
     * @param version the snapshot's version
     * @param step the model's step
     */
    default void opened(String version, long step) {}

    /** A complete delta is now in the served weights. */
    default void advanced(ModelAdvance advance) {}
}
