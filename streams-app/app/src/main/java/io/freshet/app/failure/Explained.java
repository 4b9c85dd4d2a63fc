package io.freshet.app.failure;

/** An exception whose message is meant for the user, who does not need the name of its class. */
public interface Explained {
    /** Returns whether the failure is a mistake in the command or its input, not in the program or its environment. */
    default boolean isUsage() {
        return false;
    }
}
