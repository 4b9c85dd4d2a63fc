package io.freshet.encoder;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a configuration says of an encoder, {@code NAME} or {@code NAME:ARGUMENT}, as in {@code dl4j:network.json}.
 *
 * @param settings what the argument holds
 */
public record EncoderChoice(EncoderType type, Map<String, Object> settings) {
    /**
     * Reads a choice, and the file that it may name.
     *
     * @throws IllegalArgumentException if there is no such encoder, or its argument cannot be used
     */
    public static EncoderChoice parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return new EncoderChoice(EncoderTypes.named(text), Map.of());
        }
        EncoderType type = EncoderTypes.named(text.substring(0, colon));
        String argument = text.substring(colon + 1);
        try {
            return new EncoderChoice(type, type.read(argument));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the file of an encoder must be readable: file=" + argument + ", "
                            + e.getClass().getSimpleName(),
                    e);
        }
    }

    /** The choice that, with the shape's numbers, makes the shape again. */
    public static EncoderChoice of(EncoderShape shape) {
        EncoderType type = EncoderTypes.named(shape.type());
        Map<String, Object> settings = new LinkedHashMap<>();
        shape.describe().forEach((name, value) -> {
            if (value instanceof String && type.settings().contains(name)) {
                settings.put(name, value);
            }
        });
        return new EncoderChoice(type, settings);
    }

    /**
     * The shape of this choice.
     *
     * @param numbers the other settings; those that the type does not have are not looked at
     * @throws IllegalArgumentException if one is missing or invalid
     */
    public EncoderShape shape(Map<String, Object> numbers) {
        Map<String, Object> all = new LinkedHashMap<>(numbers);
        all.putAll(settings);
        return type.shape(all);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        Optional<Object> argument = settings.values().stream().findFirst();
        return type.name() + argument.map(value -> ":" + value).orElse("");
    }
}
