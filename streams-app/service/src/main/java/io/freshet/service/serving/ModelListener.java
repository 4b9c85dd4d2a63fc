package io.freshet.service.serving;

/** A listener for changes of the served model. Called on the follower's thread; must return quickly and not throw. */
public interface ModelListener {
    /**
     * Called after a snapshot has become the served model.
     *
     * @param version the snapshot's version
     * @param step the model's step
     */
    default void opened(String version, long step) {}

    /** Called after a complete delta has been applied to the served weights. */
    default void advanced(ModelAdvance advance) {}
}
