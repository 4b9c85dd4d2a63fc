package io.freshet.service.config;

import java.util.Set;

/**
 * The address of the HTTP server.
 *
 * @param host the address that the server listens on
 * @param port the port that the server listens on; 0 for no server
 * @param advertised host:port at which other instances reach this one; if empty, {@link #advertisedAddress} derives it
 * @param tls whether the server speaks TLS
 */
public record HttpAddress(String host, int port, String advertised, boolean tls) {
    private static final Set<String> EVERY_ADDRESS = Set.of("0.0.0.0", "::", "[::]", "*");

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
        return (tls ? "https://" : "http://") + host + ":" + port + "/";
    }
}
