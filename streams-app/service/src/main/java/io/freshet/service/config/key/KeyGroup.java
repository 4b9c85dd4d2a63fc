package io.freshet.service.config.key;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigDef;

/**
 * Declares the keys of one class, and collects them in the order of their declaration, which is that of the configuration
 * guide. Complete as soon as the class is initialised.
 */
final class KeyGroup {
    private final List<ConfigKey<?>> keys = new ArrayList<>();

    /** Returns the keys that were declared. */
    List<ConfigKey<?>> keys() {
        return List.copyOf(keys);
    }

    void add(ConfigKey<?> key) {
        keys.add(key);
    }

    ConfigKey.Draft<String> text(String name, String byDefault) {
        return new ConfigKey.Draft<>(this, name, ConfigDef.Type.STRING, byDefault, String.class::cast);
    }

    /** Declares a text that may be empty, which is its default. */
    <T> ConfigKey.Draft<Optional<T>> optional(String name, Function<String, T> parser) {
        return text(name, "").as(text -> text.isEmpty() ? Optional.empty() : Optional.of(parser.apply(text)));
    }

    ConfigKey.Draft<Boolean> flag(String name, boolean byDefault) {
        return new ConfigKey.Draft<>(
                this, name, ConfigDef.Type.BOOLEAN, Boolean.toString(byDefault), Boolean.class::cast);
    }

    ConfigKey.Draft<Integer> integer(String name, int byDefault) {
        return new ConfigKey.Draft<>(this, name, ConfigDef.Type.INT, Integer.toString(byDefault), Integer.class::cast);
    }

    ConfigKey.Draft<Integer> integer(String name, int byDefault, String unit) {
        return integer(name, byDefault).unit(unit);
    }

    ConfigKey.Draft<Long> longInteger(String name, long byDefault, String unit) {
        return new ConfigKey.Draft<>(this, name, ConfigDef.Type.LONG, Long.toString(byDefault), Long.class::cast)
                .unit(unit);
    }

    /** Declares a duration, which is set in milliseconds. */
    ConfigKey.Draft<Duration> millis(String name, Duration byDefault) {
        return longInteger(name, byDefault.toMillis(), "ms").as(Duration::ofMillis);
    }

    /** @param byDefault the default as it is written in the guide, such as {@code 1e-8} */
    ConfigKey.Draft<Float> decimal(String name, String byDefault) {
        return preciseDecimal(name, byDefault).as(Double::floatValue);
    }

    /** @param byDefault the default as it is written in the guide */
    ConfigKey.Draft<Double> preciseDecimal(String name, String byDefault) {
        return new ConfigKey.Draft<>(this, name, ConfigDef.Type.DOUBLE, byDefault, Double.class::cast);
    }
}
