package io.freshet.model.encoder;

import io.freshet.model.tensor.Lanes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/** Registry of the encoder types on the class path. */
public final class EncoderTypes {
    /** Name of the setting for {@link EncoderShape#dim}. */
    public static final String DIM = "dim";

    /** Name of the setting for {@link EncoderShape#maxLength}. */
    public static final String MAX_LENGTH = "max_length";

    private static final Map<String, EncoderType> BY_NAME = new TreeMap<>();

    /** Reasons why types cannot be used. */
    private static final List<String> FAILURES = new ArrayList<>();

    static {
        load();
    }

    private EncoderTypes() {}

    /**
     * Loads all types. A type that cannot be loaded is recorded as a failure, so that commands that do not use it
     * still run.
     */
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
                    FAILURES.add(type.getClass().getName() + " has the same name as "
                            + other.getClass().getName() + ": " + type.name());
                }
            } catch (ServiceConfigurationError e) {
                FAILURES.add(String.valueOf(e.getMessage()));
            }
        }
    }

    /** Requires a width that is a positive multiple of {@link Lanes#WIDTH}. */
    public static void requireDim(int dim) {
        if (dim <= 0 || dim % Lanes.WIDTH != 0) {
            throw new IllegalArgumentException("dim must be a multiple of " + Lanes.WIDTH + ": dim=" + dim);
        }
    }

    public static void requireMaxLength(int maxLength) {
        if (maxLength < 1) {
            throw new IllegalArgumentException("maxLength must be positive: maxLength=" + maxLength);
        }
    }

    /** Returns the names of the usable types in alphabetical order. */
    public static Set<String> names() {
        return BY_NAME.keySet();
    }

    /**
     * Returns the encoder type of this name.
     *
     * @throws IllegalArgumentException if there is no such type; the message lists the known types
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
