package io.freshet.model.encoder;

import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** A kind of encoder. {@link EncoderTypes} finds the types on the class path with {@link java.util.ServiceLoader}. */
public interface EncoderType {
    /** Returns the name, in lower case, as used in configurations and manifests. */
    String name();

    /** Returns the names of the settings that a shape of this type has besides {@code dim} and {@code max_length}. */
    Set<String> settings();

    /**
     * Returns the shape with the given settings.
     *
     * @param settings {@code dim}, {@code max_length} and {@link #settings}, each an {@link Integer} or a {@link String};
     *     other settings are ignored
     * @throws IllegalArgumentException if one is missing or invalid
     */
    EncoderShape shape(Map<String, Object> settings);

    /**
     * Reads the settings from an argument, the text after the colon in {@code dl4j:network.json}. Most types take no
     * argument.
     *
     * @throws IllegalArgumentException if the argument cannot be used, or the type takes no argument
     */
    default Map<String, Object> read(String argument) throws IOException {
        throw new IllegalArgumentException("the encoder " + name() + " takes no file: " + name() + ":" + argument);
    }

    /**
     * Returns a setting that is a number.
     *
     * @throws IllegalArgumentException if it is missing or not a number
     */
    static int required(Map<String, Object> settings, String name) {
        if (settings.get(name) instanceof Integer value) {
            return value;
        }
        throw new IllegalArgumentException("an encoder must have a number " + name + ": settings=" + settings.keySet());
    }

    /**
     * Returns a setting that is text.
     *
     * @throws IllegalArgumentException if it is missing or not text
     */
    static String requiredText(Map<String, Object> settings, String name) {
        if (settings.get(name) instanceof String value) {
            return value;
        }
        throw new IllegalArgumentException("an encoder must have a text " + name + ": settings=" + settings.keySet());
    }
}
