package io.freshet.check;

import io.freshet.config.FreshetConfig;
import io.freshet.config.HttpConfig;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigException;

/** Whether the HTTP server's address is free, and its token there. */
record HttpCheck(FreshetConfig config) implements Check {
    private static final String PORT = "http.port";

    @Override
    public void run(Consumer<Finding> found) {
        HttpConfig http = config.http();
        if (!http.isOn()) {
            found.accept(Finding.note(PORT, "is not set: no HTTP API, no probes and no metrics"));
            return;
        }
        found.accept(free(http));
        token(http, found);
    }

    private static Finding free(HttpConfig http) {
        String address = http.host() + ":" + http.port();
        try (ServerSocket _ = new ServerSocket(http.port(), 1, InetAddress.getByName(http.host()))) {
            return Finding.ok(PORT, address + " is free");
        } catch (BindException e) {
            return Finding.problem(
                    PORT,
                    "must be able to listen on " + address + ": " + e.getMessage(),
                    "end what listens there, or set another http.port; http.host must be an address of this machine");
        } catch (UnknownHostException e) {
            return Finding.problem(
                    PORT, "http.host must resolve: " + http.host(), "set http.host to an address of this machine");
        } catch (IOException e) {
            return Finding.problem(PORT, "must be able to listen on " + address + ": " + e, "set another http.port");
        }
    }

    private static void token(HttpConfig http, Consumer<Finding> found) {
        try {
            if (!http.requiredToken().isEmpty()) {
                found.accept(Finding.ok("http.token", "is set"));
            }
        } catch (IOException | ConfigException e) {
            found.accept(Finding.problem(
                    "http.token",
                    String.valueOf(e.getMessage()),
                    "put the token into the file that http.token.file names"));
        }
    }
}
