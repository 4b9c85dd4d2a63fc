package io.freshet.service.http.access;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.HttpAddress;
import io.freshet.service.config.key.HttpKeys;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Host names under which a server answers. Immutable.
 *
 * <p>Protects against DNS rebinding: once the name of another site resolves to this server's address, a browser treats this
 * server as that site. The other site's page then has the same origin and may read and change everything. The attack needs
 * a name, so names are checked against a list. IP addresses, which probes and pods use, need no check.
 */
public final class HostNames {
    private static final String ANY = "*";
    private static final String ANY_BELOW = "*.";
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private final boolean areAllAllowed;
    private final Set<String> exact;
    private final List<String> suffixes;

    public HostNames(FreshetConfig config) {
        List<String> named = config.get(HttpKeys.HOSTS);
        HttpAddress address = config.http();
        areAllAllowed = named.contains(ANY);
        suffixes = named.stream()
                .filter(name -> name.startsWith(ANY_BELOW))
                .map(name -> name.substring(1))
                .toList();
        exact = Stream.concat(
                        named.stream(),
                        Stream.of("localhost", address.host(), nameIn(address.advertisedAddress()))
                                .filter(name -> !name.isEmpty())
                                .map(name -> name.toLowerCase(Locale.ROOT)))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Returns whether the server answers to a name.
     *
     * @param host value of a Host header, with or without a port
     */
    boolean allow(String host) {
        String name = nameIn(host).toLowerCase(Locale.ROOT);
        return areAllAllowed
                || name.startsWith("[")
                || IPV4.matcher(name).matches()
                || exact.contains(name)
                || suffixes.stream().anyMatch(name::endsWith);
    }

    /** Strips the port, and the dot that may end a name. */
    private static String nameIn(String host) {
        int colon = host.lastIndexOf(':');
        String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
