package io.freshet.service.config;

import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.ConfigKeys;
import io.freshet.service.config.validation.NearestName;
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
 * A mistake, or a probable mistake, in a configuration.
 *
 * @param weight whether the program refuses the configuration
 * @param message the requirement and the value that was found
 * @param remedy what to write instead
 */
public record ConfigMistake(Weight weight, String message, String remedy) {
    /**
     * Largest edit distance at which an unknown Kafka setting counts as a typing mistake; others may belong to a plug-in.
     */
    private static final int SLIP = 3;

    /** The consequence of a mistake. */
    public enum Weight {
        /** The program does not start. */
        REFUSED,
        /** The setting has no effect. */
        PASSED_OVER,
        /** The setting works, but a later version will refuse it. */
        DEPRECATED
    }

    /**
     * Returns all mistakes of a configuration, whereas {@link FreshetConfig#load} stops at the first.
     *
     * @throws IOException if the file cannot be read
     * @throws ConfigException if a source sets a key by both of its names
     */
    public static List<ConfigMistake> all(
            @Nullable Path file, Map<String, String> environment, Map<String, String> overrides) throws IOException {
        List<ConfigMistake> deprecated = new ArrayList<>();
        Map<String, String> settings = new TreeMap<>(FreshetConfig.settings(
                file,
                environment,
                overrides,
                (old, now) -> deprecated.add(new ConfigMistake(
                        Weight.DEPRECATED,
                        RenamedKeys.describe(old, now),
                        "rename it before the next minor version, which refuses the earlier name"))));
        List<ConfigMistake> mistakes = new ArrayList<>();
        unknownKeys(settings, mistakes);
        badValues(settings, mistakes);
        decidedKafkaKeys(settings, mistakes);
        if (mistakes.isEmpty()) {
            contradictions(settings, mistakes);
        }
        strangeKafkaKeys(settings, mistakes);
        strangeVariables(environment, mistakes);
        mistakes.addAll(deprecated);
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
        known.keySet().removeIf(key -> !ConfigKeys.BY_NAME.containsKey(key) && ClickTopicKeys.keyOf(key) == null);
        for (ConfigValue value : ClickTopicKeys.definition(known.keySet()).validate(known)) {
            // Only the first message is useful: a value that is not a number is also reported as missing.
            value.errorMessages().stream()
                    .findFirst()
                    .ifPresent(
                            message -> mistakes.add(new ConfigMistake(Weight.REFUSED, message, meaning(value.name()))));
        }
    }

    private static String meaning(String name) {
        ConfigKey<?> own = ConfigKeys.BY_NAME.get(name);
        ConfigKey<?> key = own == null ? ClickTopicKeys.keyOf(name) : own;
        return key == null ? "see the list of keys" : key.describe();
    }

    /** Finds contradictions between values, which can be checked only if every single value is valid. */
    private static void contradictions(Map<String, String> settings, List<ConfigMistake> mistakes) {
        try {
            FreshetConfig.of(settings).trainer();
        } catch (ConfigException | IllegalArgumentException e) {
            mistakes.add(new ConfigMistake(
                    Weight.REFUSED, String.valueOf(e.getMessage()), "change one of the keys that the message names"));
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
                        "environment variable " + name + " sets no configuration key",
                        "the nearest variable that does is "
                                + NearestName.among(ConfigKeys.BY_ENVIRONMENT_NAME.keySet(), name)));
            }
        }
    }
}
