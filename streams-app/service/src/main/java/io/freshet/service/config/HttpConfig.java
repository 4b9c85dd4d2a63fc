package io.freshet.service.config;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Settings of the HTTP server.
 *
 * @param port the port that the server listens on; 0 for no server
 * @param host the address that the server listens on
 * @param advertised host:port at which other instances reach this one; if empty, {@link #advertisedAddress} derives it
 * @param hosts further names that clients may use for the server, in lower case; {@code *.} at the start matches any
 *     subdomain, {@code *} any name
 * @param token the only token that requests may carry; if empty, the tokens are in {@code tokenFile}
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
     * PEM files of the server's TLS. {@code certificate} and {@code key} are both set, or neither is.
     *
     * @param certificate the server's certificate and the rest of its chain; empty for no TLS
     * @param key the certificate's private key
     * @param trusted certificates that may sign those of other instances; empty for those that the JVM trusts
     */
    public record Tls(String certificate, String key, String trusted) {
        /** Returns whether the server speaks TLS. */
        public boolean isOn() {
            return !certificate.isEmpty();
        }
    }

    /**
     * Limits of requests and connections.
     *
     * @param bodyBytes the longest body of a request
     * @param clicks the most clicks of a request
     * @param connections the most connections that are served at once; 0 for a number that depends on the process's file
     *     descriptors
     * @param requestRate requests a second of one client; 0 for no limit
     * @param clicksTimeout the longest wait for Kafka to acknowledge clicks
     */
    public record Limits(int bodyBytes, int clicks, int connections, int requestRate, Duration clicksTimeout) {}

    /** Returns whether there is a server. */
    public boolean isOn() {
        return port > 0;
    }

    /** Returns host:port of this instance for other instances; empty if it is not known. */
    public String advertisedAddress() {
        if (!advertised.isEmpty() || !isOn() || EVERY_ADDRESS.contains(host)) {
            return isOn() ? advertised : "";
        }
        return host + ":" + port;
    }

    /** Returns the URL of the page. */
    public String url() {
        return (tls.isOn() ? "https://" : "http://") + host + ":" + port + "/";
    }

    /** Omits the token. */
    @Override
    public String toString() {
        return "HttpConfig[port=" + port + ", host=" + host + ", advertised=" + advertisedAddress() + "]";
    }
}
