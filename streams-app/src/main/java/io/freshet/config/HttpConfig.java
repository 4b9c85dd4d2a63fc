package io.freshet.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.apache.kafka.common.config.ConfigException;

/**
 * Settings of the HTTP server.
 *
 * @param port where it listens; 0 for no server
 * @param host the address it listens on
 * @param advertised host:port that other instances reach this one at; empty for {@link #advertisedAddress}'s own choice
 * @param token what a request must bring; empty for {@code tokenFile}'s
 * @param tokenFile the file that holds it; empty for none
 * @param maxBodyBytes the longest body that is taken
 * @param forwardTimeout the longest wait for another instance
 * @param staleReads whether a standby copy of a user's sequence may be read
 */
public record HttpConfig(
        int port,
        String host,
        String advertised,
        String token,
        String tokenFile,
        int maxBodyBytes,
        Duration forwardTimeout,
        boolean staleReads) {
    private static final Set<String> EVERY_ADDRESS = Set.of("0.0.0.0", "::", "[::]", "*");

    /** Whether there is a server. */
    public boolean isOn() {
        return port > 0;
    }

    /** host:port of this instance for others; empty where nobody can know it. */
    public String advertisedAddress() {
        if (!advertised.isEmpty() || !isOn() || EVERY_ADDRESS.contains(host)) {
            return isOn() ? advertised : "";
        }
        return host + ":" + port;
    }

    /** Where a browser finds the page. */
    public String url() {
        return "http://" + host + ":" + port + "/";
    }

    /**
     * What a request must bring, read from its file where there is one; empty for nothing.
     *
     * @throws ConfigException if the file is not there or holds no token
     */
    public String requiredToken() throws IOException {
        if (tokenFile.isEmpty()) {
            return token;
        }
        try {
            String read = Files.readString(Path.of(tokenFile)).strip();
            new TokenValidator().ensureValid(ConfigKeys.HTTP_TOKEN_FILE, read);
            if (read.isEmpty()) {
                throw new ConfigException(ConfigKeys.HTTP_TOKEN_FILE + " must hold a token: file=" + tokenFile);
            }
            return read;
        } catch (NoSuchFileException e) {
            throw new ConfigException(ConfigKeys.HTTP_TOKEN_FILE + " must be there: file=" + tokenFile);
        }
    }

    /** Says nothing of the token. */
    @Override
    public String toString() {
        return "HttpConfig[port=" + port + ", host=" + host + ", advertised=" + advertisedAddress() + "]";
    }
}
