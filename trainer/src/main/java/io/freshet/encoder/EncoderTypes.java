package io.freshet.encoder;

import io.freshet.tensor.Lanes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/** The encoders that this program knows: those on its class path. */
public final class EncoderTypes {
    /** The setting of {@link EncoderShape#dim}. */
    public static final String DIM = "dim";

    /** The setting of {@link EncoderShape#maxLength}. */
    public static final String MAX_LENGTH = "max_length";

    private static final Map<String, EncoderType> BY_NAME = new TreeMap<>();

    /** What is wrong with the types that cannot be used. */
    private static final List<String> FAILURES = new ArrayList<>();

    static {
        load();
    }

    private EncoderTypes() {}

    /** A type that cannot be loaded must not end commands that do not ask for it. */
    private static void load() {
        Iterator<EncoderType> types = ServiceLoader.load(EncoderType.class, EncoderTypes.class.getClassLoader())
                .iterator();
        while (true) {
            try {
                if (!types.hasNext()) {
                    return;
                }
                EncoderType type = types.next();
                EncoderType other = BY_NAME.putIfAbsent(type.name(), type);
                if (other != null) {
                    FAILURES.add(type.getClass().getName() + " has the name of "
                            + other.getClass().getName() + ", " + type.name());
                }
            } catch (ServiceConfigurationError e) {
                FAILURES.add(String.valueOf(e.getMessage()));
            }
        }
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
            throw new IllegalArgumentException("the encoder must be of a type that this program knows: type=" + name
                    + ", known=" + names() + (FAILURES.isEmpty() ? "" : ", not usable=" + FAILURES));
        }
        return type;
    }
}
