package io.freshet.encoder;

import io.freshet.tensor.Lanes;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/** The encoders that this program knows: those on its class path. */
public final class EncoderTypes {
    /** The setting of {@link EncoderShape#dim}. */
    public static final String DIM = "dim";

    /** The setting of {@link EncoderShape#maxLength}. */
    public static final String MAX_LENGTH = "max_length";

    private static final Map<String, EncoderType> BY_NAME = load();

    private EncoderTypes() {}

    private static Map<String, EncoderType> load() {
        Map<String, EncoderType> types = new TreeMap<>();
        for (EncoderType type : ServiceLoader.load(EncoderType.class, EncoderTypes.class.getClassLoader())) {
            EncoderType other = types.putIfAbsent(type.name(), type);
            if (other != null) {
                throw new IllegalStateException("two encoders must not have one name: name=" + type.name()
                        + ", classes=" + other.getClass().getName() + ", "
                        + type.getClass().getName());
            }
        }
        return types;
    }

    /** Refuses a width that vectors of {@link Lanes#WIDTH} floats do not fill. */
    static void requireDim(int dim) {
        if (dim <= 0 || dim % Lanes.WIDTH != 0) {
            throw new IllegalArgumentException("dim must be a multiple of " + Lanes.WIDTH + ": dim=" + dim);
        }
    }

    static void requireMaxLength(int maxLength) {
        if (maxLength < 1) {
            throw new IllegalArgumentException("maxLength must be positive: maxLength=" + maxLength);
        }
    }

    /** Their names in alphabetical order. */
    public static Set<String> names() {
        return BY_NAME.keySet();
    }

    /**
     * The encoder of this name.
     *
     * @throws IllegalArgumentException if there is none, naming those that there are
     */
    public static EncoderType named(String name) {
        EncoderType type = BY_NAME.get(name);
        if (type == null) {
            throw new IllegalArgumentException(
                    "the encoder must be of a type that this program knows: type=" + name + ", known=" + names());
        }
        return type;
    }
}
