package io.freshet.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.jspecify.annotations.Nullable;

/**
 * Something in a configuration that is wrong, or looks like it.
 *
 * @param weight whether the program refuses it
 * @param message what must hold and what was found
 * @param remedy what to write in its place
 */
public record ConfigMistake(Weight weight, String message, String remedy) {
    /** A Kafka setting this near to a known one is taken for a slip; others may be a plug-in's own. */
    private static final int SLIP = 3;

    /** What a mistake leads to. */
    public enum Weight {
        /** The program does not start. */
        REFUSED,
        /** The setting has no effect. */
        PASSED_OVER
    }

    /**
     * All mistakes of a configuration at once, where {@link FreshetConfig#load} stops at the first; none for one that it
     * takes.
     *
     * @throws IOException if the file cannot be read
     */
    public static List<ConfigMistake> all(
            @Nullable Path file, Map<String, String> environment, Map<String, String> overrides) throws IOException {
        Map<String, String> settings = new TreeMap<>(FreshetConfig.settings(file, environment, overrides));
        List<ConfigMistake> mistakes = new ArrayList<>();
        unknownKeys(settings, mistakes);
        badValues(settings, mistakes);
        decidedKafkaKeys(settings, mistakes);
        if (mistakes.isEmpty()) {
            contradictions(settings, mistakes);
        }
        strangeKafkaKeys(settings, mistakes);
        strangeVariables(environment, mistakes);
        return mistakes;
    }

    private static void unknownKeys(Map<String, String> settings, List<ConfigMistake> mistakes) {
        for (String key : settings.keySet()) {
            if (!FreshetConfig.isKnown(key)) {
                String nearest = NearestName.among(ConfigKeys.BY_NAME.keySet(), key);
                mistakes.add(
                        new ConfigMistake(Weight.REFUSED, "unknown key " + key, "the nearest known one is " + nearest));
            }
        }
    }

    private static void badValues(Map<String, String> settings, List<ConfigMistake> mistakes) {
        Map<String, String> known = new HashMap<>(settings);
        known.keySet().retainAll(ConfigKeys.BY_NAME.keySet());
        for (ConfigValue value : ConfigKeys.definition().validate(known)) {
            // What follows from the first is of no use: a value that is no number is said to be missing, too.
            value.errorMessages().stream()
                    .findFirst()
                    .ifPresent(
                            message -> mistakes.add(new ConfigMistake(Weight.REFUSED, message, meaning(value.name()))));
        }
    }

    private static String meaning(String name) {
        ConfigKey key = ConfigKeys.BY_NAME.get(name);
        if (key == null) {
            return "see the list of keys";
        }
        String usual = key.defaultText().isEmpty() ? "empty" : key.defaultText() + " " + key.unit();
        return name + " is " + usual.strip() + " unless set. " + key.doc();
    }

    /** What only shows once every value by itself is good. */
    private static void contradictions(Map<String, String> settings, List<ConfigMistake> mistakes) {
        try {
            FreshetConfig.of(settings).trainer();
        } catch (ConfigException | IllegalArgumentException e) {
            mistakes.add(new ConfigMistake(
                    Weight.REFUSED, String.valueOf(e.getMessage()), "change one of the keys it names"));
        }
    }

    private static void decidedKafkaKeys(Map<String, String> settings, List<ConfigMistake> mistakes) {
        settings.forEach((key, value) -> {
            if (key.startsWith(KafkaProperties.PREFIX)) {
                KafkaProperties.refusal(key, value)
                        .ifPresent(message ->
                                mistakes.add(new ConfigMistake(Weight.REFUSED, message, "take " + key + " out")));
            }
        });
    }

    private static void strangeKafkaKeys(Map<String, String> settings, List<ConfigMistake> mistakes) {
        Set<String> known = KafkaProperties.clientSettings();
        for (String key : settings.keySet()) {
            if (key.startsWith(KafkaProperties.PREFIX)) {
                String name = KafkaProperties.withoutKind(key);
                String nearest = NearestName.among(known, name);
                if (!known.contains(name) && NearestName.distance(nearest, name) <= SLIP) {
                    mistakes.add(new ConfigMistake(
                            Weight.PASSED_OVER,
                            "no Kafka client knows " + key,
                            "did you mean " + KafkaProperties.PREFIX + nearest + "?"));
                }
            }
        }
    }

    private static void strangeVariables(Map<String, String> environment, List<ConfigMistake> mistakes) {
        for (String name : new TreeSet<>(environment.keySet())) {
            if (ServiceLinks.isOne(name, String.valueOf(environment.get(name)))) {
                mistakes.add(new ConfigMistake(
                        Weight.PASSED_OVER,
                        ServiceLinks.describe(List.of(name + "=" + environment.get(name))),
                        ServiceLinks.REMEDY));
            } else if (FreshetConfig.isOfNoKey(name)) {
                mistakes.add(new ConfigMistake(
                        Weight.PASSED_OVER,
                        "environment variable " + name + " sets no key",
                        "the nearest that does is "
                                + NearestName.among(ConfigKeys.BY_ENVIRONMENT_NAME.keySet(), name)));
            }
        }
    }
}
