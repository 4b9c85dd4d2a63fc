package io.freshet.demo;

import java.util.Map;

/** Where a demo that is not told otherwise has its page. */
final class PagePort {
    private static final String KEY = "http.port";
    private static final String VARIABLE = "FRESHET_HTTP_PORT";
    private static final int FIRST = 8_080;
    private static final int LAST = 8_179;

    private PagePort() {}

    /** The first port from 8080 on that is free, as a setting; none where a person has said one. */
    static Map<String, String> unlessSaid(Map<String, String> settings, Map<String, String> environment) {
        return settings.containsKey(KEY) || environment.containsKey(VARIABLE)
                ? Map.of()
                : Map.of(KEY, String.valueOf(firstFree()));
    }

    /** 0, for no page, where none is free. */
    private static int firstFree() {
        for (int port = FIRST; port <= LAST; port++) {
            if (ListenerPorts.isFree(port)) {
                return port;
            }
        }
        return 0;
    }
}
