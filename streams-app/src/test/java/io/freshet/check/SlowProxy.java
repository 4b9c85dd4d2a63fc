package io.freshet.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Passes connections on to a server, each of whose answers comes so much later. */
final class SlowProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final String host;
    private final int port;
    private final Duration delay;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Socket> sockets = new ArrayList<>(); // guarded by itself

    private SlowProxy(ServerSocket listening, String host, int port, Duration delay) {
        this.listening = listening;
        this.host = host;
        this.port = port;
        this.delay = delay;
    }

    static SlowProxy to(String server, Duration delay) throws IOException {
        int colon = server.lastIndexOf(':');
        SlowProxy proxy = new SlowProxy(
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
                server.substring(0, colon),
                Integer.parseInt(server.substring(colon + 1)),
                delay);
        Thread.ofVirtual().start(proxy::accept);
        return proxy;
    }

    String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = keep(listening.accept());
                Socket server = keep(new Socket(host, port));
                Thread.ofVirtual().start(() -> pass(client, server, Duration.ZERO));
                Thread.ofVirtual().start(() -> pass(server, client, delay));
            }
        } catch (SocketException e) {
            // The proxy is closed.
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Socket keep(Socket socket) {
        synchronized (sockets) {
            sockets.add(socket);
        }
        return socket;
    }

    private void pass(Socket from, Socket to, Duration later) {
        byte[] buffer = new byte[64 << 10];
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            int read = in.read(buffer);
            while (read >= 0 && !closed.await(later.toMillis(), TimeUnit.MILLISECONDS)) {
                out.write(buffer, 0, read);
                read = in.read(buffer);
            }
        } catch (IOException e) {
            // One of the sides has ended the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listening.close();
        synchronized (sockets) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
