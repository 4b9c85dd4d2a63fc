package io.freshet.service.config;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Recognises environment variables that Kubernetes sets in each container for each service of its namespace. For example, a
 * service named {@code freshet-http} sets {@code FRESHET_HTTP_PORT=tcp://10.0.0.7:8080}, which looks like a configuration
 * key but is not one.
 */
final class ServiceLinks {
    static final String REMEDY = "set enableServiceLinks: false in the pod's spec to avoid them";

    private static final String PREFIX = "FRESHET_";
    private static final Pattern NAME = Pattern.compile(
            ".+_SERVICE_HOST|.+_SERVICE_PORT(_[A-Z0-9_]+)?|.+_PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?");
    private static final Pattern PORT_NAME = Pattern.compile(".+_PORT");
    private static final Pattern PORT_VALUE = Pattern.compile("(tcp|udp|sctp)://.+:\\d+");

    private ServiceLinks() {}

    /** Returns whether the variable is a service link that could be mistaken for one of Freshet's keys. */
    static boolean isOne(String name, String value) {
        return name.startsWith(PREFIX)
                && (NAME.matcher(name).matches()
                        || (PORT_NAME.matcher(name).matches()
                                && PORT_VALUE.matcher(value).matches()));
    }

    static String describe(List<String> variables) {
        return "Kubernetes' service links are not settings and are ignored: " + String.join(", ", variables);
    }
}
