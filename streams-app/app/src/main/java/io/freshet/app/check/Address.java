package io.freshet.app.check;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/** The host and port at which a broker listens. */
record Address(String host, int port) {
    private static final Duration NAME_TIME = Duration.ofMillis(2_500);
    private static final Duration CONNECT_TIME = Duration.ofMillis(2_500);

    /** Parses one entry of {@code kafka.bootstrap.servers}; returns empty if it is not {@code host:port}. */
    static Optional<Address> parse(String text) {
        @Nullable String host = Utils.getHost(text.strip());
        @Nullable Integer port = Utils.getPort(text.strip());
        return host == null || port == null ? Optional.empty() : Optional.of(new Address(host, port));
    }

    /** Tries to connect. Returns the reason for a failure; empty if the connection is accepted. */
    Optional<String> unreachable() throws InterruptedException {
        FutureTask<InetAddress> lookUp = new FutureTask<>(() -> InetAddress.getByName(host));
        Thread.ofPlatform().daemon().name("look-up-" + host).start(lookUp);
        try {
            return notListening(lookUp.get(NAME_TIME.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.of("the name " + host + " does not resolve within " + NAME_TIME.toMillis() + " ms");
        } catch (ExecutionException e) {
            return Optional.of("the name " + host + " does not resolve");
        }
    }

    private Optional<String> notListening(InetAddress resolved) {
        try (Socket _ = connect(resolved)) {
            return Optional.empty();
        } catch (SocketTimeoutException e) {
            return Optional.of(this + " does not answer within " + CONNECT_TIME.toMillis() + " ms");
        } catch (ConnectException e) {
            return Optional.of("nothing listens on " + this + " (" + resolved.getHostAddress() + ")");
        } catch (IOException e) {
            return Optional.of(this + " cannot be reached: " + e.getMessage());
        }
    }

    /** Opens a connection, which the caller closes. */
    Socket connect() throws IOException {
        return connect(InetAddress.getByName(host));
    }

    private Socket connect(InetAddress resolved) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(resolved, port), (int) CONNECT_TIME.toMillis());
            socket.setSoTimeout((int) CONNECT_TIME.toMillis());
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
