package io.freshet.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The process's environment variables. */
final class Environment {
    /** Set to anything, it makes failures print their stack traces. */
    static final String STACK_TRACES = "FRESHET_STACK_TRACES";

    /** Variables in Freshet's name that are not keys of the configuration: the launcher's, the tests', this command's. */
    private static final List<String> OTHERS = List.of(
            "FRESHET_JAVA_OPTS",
            "FRESHET_DATA",
            STACK_TRACES,
            LogEnvironment.FORMAT,
            LogEnvironment.LEVEL,
            LogEnvironment.OTHERS_LEVEL);

    private Environment() {}

    /** Those that may set keys of the configuration. */
    static Map<String, String> ofConfiguration() {
        Map<String, String> variables = new HashMap<>(System.getenv());
        OTHERS.forEach(variables::remove);
        return variables;
    }
}
