package io.freshet.app.cli.console;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The process's environment variables. */
public final class Environment {
    /** If set to any value, failures are printed with their stack traces. */
    public static final String STACK_TRACES = "FRESHET_STACK_TRACES";

    /**
     * Variables with Freshet's prefix that are not configuration keys: those of the launcher, the tests and this command.
     */
    private static final List<String> OTHERS = List.of(
            "FRESHET_JAVA_OPTS",
            "FRESHET_EXTRA_CLASSPATH",
            "FRESHET_DATA",
            STACK_TRACES,
            LogEnvironment.FORMAT,
            LogEnvironment.LEVEL,
            LogEnvironment.OTHERS_LEVEL);

    private Environment() {}

    /** Returns the variables that may set configuration keys. */
    public static Map<String, String> ofConfiguration() {
        Map<String, String> variables = new HashMap<>(System.getenv());
        OTHERS.forEach(variables::remove);
        return variables;
    }
}
