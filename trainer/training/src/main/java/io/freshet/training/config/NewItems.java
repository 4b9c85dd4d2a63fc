package io.freshet.training.config;

import java.util.Arrays;
import java.util.Locale;

/** The vector with which an item begins at its first click. */
public enum NewItems {
    /**
     * Near the items before it in the history of the user who clicked it. Without a history the vector is that of {@link
     * #RANDOM}.
     */
    NEAR_HISTORY("history"),
    /** A vector that depends only on the seed and the item's id. */
    RANDOM("random");

    private final String code;

    NewItems(String code) {
        this.code = code;
    }

    /** Returns the name in configurations and manifests. */
    public String code() {
        return code;
    }

    /**
     * Returns the value with a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static NewItems parse(String code) {
        return Arrays.stream(values())
                .filter(value -> value.code.equals(code))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        String.format(Locale.ROOT, "new items must begin by history or random: %s", code)));
    }
}
