package io.freshet.app.check;

import io.freshet.service.config.AccessTokens;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.HttpAddress;
import io.freshet.service.http.HttpServer;
import io.freshet.service.http.access.TlsIdentity;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigException;

/** Checks that the HTTP server's address is free and that its tokens and certificate are usable. */
record HttpCheck(FreshetConfig config) implements Check {
    private static final String PORT = "http.port";
    private static final String CERTIFICATE = "http.tls.certificate";

    @Override
    public void run(Consumer<Finding> found) {
        HttpAddress http = config.http();
        if (!http.isOn()) {
            found.accept(Finding.note(PORT, "is not set: no HTTP API, no probes and no metrics"));
            return;
        }
        found.accept(free(http));
        tokens(found);
        if (http.tls()) {
            certificate(found);
        }
    }

    private static Finding free(HttpAddress http) {
        String address = http.host() + ":" + http.port();
        try (ServerSocket _ = new ServerSocket(http.port(), 1, InetAddress.getByName(http.host()))) {
            return Finding.ok(PORT, address + " is free");
        } catch (BindException e) {
            return Finding.problem(
                    PORT,
                    "must be able to listen on " + address + ": " + e.getMessage(),
                    "stop the process that listens there, or set another http.port; http.host must be an address of"
                            + " this machine");
        } catch (UnknownHostException e) {
            return Finding.problem(
                    PORT, "http.host must resolve: " + http.host(), "set http.host to an address of this machine");
        } catch (IOException e) {
            return Finding.problem(PORT, "must be able to listen on " + address + ": " + e, "set another http.port");
        }
    }

    private void tokens(Consumer<Finding> found) {
        try {
            AccessTokens tokens = HttpServer.tokens(config);
            if (tokens.size() > 0) {
                found.accept(Finding.ok("http.token", "tokens=" + tokens.size()));
            }
        } catch (ConfigException e) {
            found.accept(Finding.problem(
                    "http.token",
                    String.valueOf(e.getMessage()),
                    "put one token on each line of the file that http.token.file names, followed by its scopes, or by"
                            + " none for all scopes"));
        }
    }

    private void certificate(Consumer<Finding> found) {
        try {
            Instant expiry = TlsIdentity.read(config).expiry();
            found.accept(
                    expiry.isAfter(Instant.now())
                            ? Finding.ok(CERTIFICATE, "is valid until " + expiry)
                            : Finding.problem(CERTIFICATE, "must not have expired: expiry=" + expiry, "renew it"));
        } catch (ConfigException e) {
            found.accept(Finding.problem(
                    CERTIFICATE,
                    String.valueOf(e.getMessage()),
                    "put the certificate and its chain, and its private key, into the PEM files that"
                            + " http.tls.certificate and http.tls.key name"));
        }
    }
}
