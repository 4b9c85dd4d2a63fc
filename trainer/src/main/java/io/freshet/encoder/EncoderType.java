package io.freshet.encoder;

import java.io.IOException;
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
     * @param settings {@code dim}, {@code max_length} and {@link #settings}, each an {@link Integer} or a {@link String}; others are
     *     not looked at
     * @throws IllegalArgumentException if one is missing or invalid
     */
    EncoderShape shape(Map<String, Object> settings);

    /**
     * The settings that an argument holds: what stands behind the name's colon in {@code dl4j:network.json}. Most types have none.
     *
     * @throws IllegalArgumentException for an argument that cannot be used, or a type that takes none
     */
    default Map<String, Object> read(String argument) throws IOException {
        throw new IllegalArgumentException("the encoder " + name() + " takes no file: " + name() + ":" + argument);
    }

    /**
     * A setting that is a number.
     *
     * @throws IllegalArgumentException if it is missing or none
     */
    static int required(Map<String, Object> settings, String name) {
        if (settings.get(name) instanceof Integer value) {
            return value;
        }
        throw new IllegalArgumentException("an encoder must have a number " + name + ": settings=" + settings.keySet());
    }

    /**
     * A setting that is a text.
     *
     * @throws IllegalArgumentException if it is missing or none
     */
    static String requiredText(Map<String, Object> settings, String name) {
        if (settings.get(name) instanceof String value) {
            return value;
        }
        throw new IllegalArgumentException("an encoder must have a text " + name + ": settings=" + settings.keySet());
    }
}
