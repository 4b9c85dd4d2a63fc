package io.freshet.config;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Settings of the HTTP server.
 *
 * @param port where it listens; 0 for no server
 * @param host the address it listens on
 * @param advertised host:port that other instances reach this one at; empty for {@link #advertisedAddress}'s own choice
 * @param hosts further names that clients may use for it, in lower case; {@code *.} at the start is any name below, {@code *}
 *     any name
 * @param token the one token that requests must carry; empty for {@code tokenFile}'s
 * @param tokenFile the file of tokens and their scopes; empty for none
 * @param forwardTimeout the longest wait for another instance
 * @param staleReads whether a standby copy of a user's sequence may be read
 */
public record HttpConfig(
        int port,
        String host,
        String advertised,
        List<String> hosts,
        String token,
        String tokenFile,
        Tls tls,
        Limits limits,
        Duration forwardTimeout,
        boolean staleReads) {
    private static final Set<String> EVERY_ADDRESS = Set.of("0.0.0.0", "::", "[::]", "*");

    public HttpConfig {
        hosts = List.copyOf(hosts);
    }

    /**
     * PEM files; both of the first two are set, or neither.
     *
     * @param certificate the server's certificate and the rest of its chain; empty for no TLS
     * @param key the certificate's private key
     * @param trusted who vouches for other instances; empty for what the JVM trusts
     */
    public record Tls(String certificate, String key, String trusted) {
        /** Whether the server speaks TLS. */
        public boolean isOn() {
            return !certificate.isEmpty();
        }
    }

    /**
     * What one client may take.
     *
     * @param bodyBytes the longest body
     * @param clicks the most clicks of a request
     * @param connections the most connections that are served at once; 0 for a number that depends on the process's
     *     descriptors
     * @param requestRate requests a second of one client; 0 for no limit
     * @param clicksTimeout the longest wait for Kafka to acknowledge clicks
     */
    public record Limits(int bodyBytes, int clicks, int connections, int requestRate, Duration clicksTimeout) {}

    /** Whether there is a server. */
    public boolean isOn() {
        return port > 0;
    }

    /** host:port of this instance for others; empty where it is not known. */
    public String advertisedAddress() {
        if (!advertised.isEmpty() || !isOn() || EVERY_ADDRESS.contains(host)) {
            return isOn() ? advertised : "";
        }
        return host + ":" + port;
    }

    /** Where a browser finds the page. */
    public String url() {
        return (tls.isOn() ? "https://" : "http://") + host + ":" + port + "/";
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "HttpConfig[port=" + port + ", host=" + host + ", advertised=" + advertisedAddress() + "]";
    }
}
