package io.freshet.app.cli.console;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.StreamsKeys;
import io.freshet.service.runtime.Role;
import io.freshet.service.telemetry.LogIds;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The variables that {@code logback.xml} reads, and the process's ids in each line of its log. */
public final class LogEnvironment {
    /** Format of the log: {@code text} for people, or {@code json} for programs, with an object on each line. */
    static final String FORMAT = "FRESHET_LOG_FORMAT";

    /** Lowest level that Freshet's own classes log. */
    static final String LEVEL = "FRESHET_LOG_LEVEL";

    /** Lowest level that libraries log. */
    static final String OTHERS_LEVEL = "FRESHET_LOG_LEVEL_OTHERS";

    private static final List<String> FORMATS = List.of("text", "json");
    private static final List<String> LEVELS = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

    private LogEnvironment() {}

    /** Returns the mistake in the variables, if there is one. Logback itself would log nothing, or everything. */
    public static Optional<String> mistake(Map<String, String> environment) {
        return mistake(environment, FORMAT, FORMATS)
                .or(() -> mistake(environment, LEVEL, LEVELS))
                .or(() -> mistake(environment, OTHERS_LEVEL, LEVELS));
    }

    private static Optional<String> mistake(Map<String, String> environment, String name, List<String> allowed) {
        String value = environment.get(name);
        return value == null || allowed.contains(value)
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT, "%s must be one of %s: %s=%s", name, String.join(", ", allowed), name, value));
    }

    /** Adds the process's ids to each line of the log. */
    public static void name(FreshetConfig config, Collection<Role> roles) {
        String names = roles.stream()
                .sorted()
                .map(role -> role.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(","));
        LogIds.ofProcess(Map.of(
                "application_id",
                config.get(ProcessKeys.APPLICATION_ID),
                "instance",
                instance(config),
                "roles",
                names,
                "model",
                config.get(ModelStoreKeys.MODEL_NAME)));
    }

    private static String instance(FreshetConfig config) {
        String id = config.get(StreamsKeys.INSTANCE_ID);
        return id.isEmpty() ? hostName() : id;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }
}
