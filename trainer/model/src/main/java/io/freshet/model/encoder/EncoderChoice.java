package io.freshet.model.encoder;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An encoder as a configuration names it: {@code NAME} or {@code NAME:ARGUMENT}, as in {@code dl4j:network.json}.
 *
 * @param settings the settings that the argument holds
 */
public record EncoderChoice(EncoderType type, Map<String, Object> settings) {
    /**
     * Parses a choice and reads the file that it names, if any.
     *
     * @throws IllegalArgumentException if there is no such encoder or its argument cannot be used
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

    /** Returns the choice whose {@link #shape} method returns this shape again if it is given the shape's numbers. */
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
     * Returns the shape of this choice.
     *
     * @param numbers the other settings; settings that the type does not have are ignored
     * @throws IllegalArgumentException if one is missing or invalid
     */
    public EncoderShape shape(Map<String, Object> numbers) {
        Map<String, Object> all = new LinkedHashMap<>(numbers);
        all.putAll(settings);
        return type.shape(all);
    }

    /** Returns the text that {@link #parse} reads. */
    @Override
    public String toString() {
        Optional<Object> argument = settings.values().stream().findFirst();
        return type.name() + argument.map(value -> ":" + value).orElse("");
    }
}
