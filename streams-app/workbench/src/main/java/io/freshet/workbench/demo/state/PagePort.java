package io.freshet.workbench.demo.state;

import io.freshet.testkit.broker.ListenerPorts;
import java.util.Map;

/** Chooses the default port of a demo's page. */
public final class PagePort {
    private static final String KEY = "http.port";
    private static final String VARIABLE = "FRESHET_HTTP_PORT";
    private static final int FIRST = 8_080;
    private static final int LAST = 8_179;

    private PagePort() {}

    /** Returns a setting with the first free port from 8080, or no setting if the user has set a port. */
    public static Map<String, String> defaultUnlessSet(Map<String, String> settings, Map<String, String> environment) {
        return settings.containsKey(KEY) || environment.containsKey(VARIABLE)
                ? Map.of()
                : Map.of(KEY, String.valueOf(firstFree()));
    }

    /** Returns the first free port, or 0 (no page) if none is free. */
    private static int firstFree() {
        for (int port = FIRST; port <= LAST; port++) {
            if (ListenerPorts.isFree(port)) {
                return port;
            }
        }
        return 0;
    }
}
