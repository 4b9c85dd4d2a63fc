package io.freshet.service.config.key;

import java.util.Locale;

/** How items of a user's history are recommended to the user again. */
public enum Repeats {
    /** Not at all, until {@code events.seen.return.ms} lets them return. */
    NEVER,
    /** With the probability of a repeat that the model has learned. */
    LEARNED,
    /** Like all other items, with the mixture's probability. */
    ALWAYS;

    static Repeats named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
