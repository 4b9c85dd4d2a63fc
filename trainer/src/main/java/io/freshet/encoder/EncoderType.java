package io.freshet.encoder;

import java.util.Map;
import java.util.Set;

/** A kind of encoder. {@link EncoderTypes} finds the types on the class path by {@link java.util.ServiceLoader}. */
public interface EncoderType {
    /** In lower case, as configurations and manifests have it. */
    String name();

    /** The settings that a shape of this type has beside {@code dim} and {@code max_length}. */
    Set<String> settings();

    /**
     * The shape of these settings.
     *
     * @param settings {@code dim}, {@code max_length} and {@link #settings}; others are not looked at
     * @throws IllegalArgumentException if one is missing or invalid
     */
    EncoderShape shape(Map<String, Integer> settings);

    /**
     * A setting's value.
     *
     * @throws IllegalArgumentException if it is missing
     */
    static int required(Map<String, Integer> settings, String name) {
        Integer value = settings.get(name);
        if (value == null) {
            throw new IllegalArgumentException("an encoder must have a number " + name + ": settings=" + settings);
        }
        return value;
    }
}
