package io.freshet.testkit.broker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A TCP proxy in front of a server that can delay, hold back or reset connections. TCP hides packet loss, so this class
 * simulates what a client sees of it: a connection that is reset, or bytes that arrive much later. Thread-safe.
 */
public final class TcpProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final String host;
    private final int port;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Set<Socket> sockets = new HashSet<>(); // guarded by itself
    private volatile Duration delay = Duration.ZERO;
    private volatile boolean cut;
    private boolean silent; // guarded by this

    private TcpProxy(ServerSocket listening, String host, int port) {
        this.listening = listening;
        this.host = host;
        this.port = port;
    }

    /** Creates a proxy for a server that may not exist yet. */
    public static TcpProxy to(String server) throws IOException {
        int colon = server.lastIndexOf(':');
        TcpProxy proxy = new TcpProxy(
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
                server.substring(0, colon),
                Integer.parseInt(server.substring(colon + 1)));
        Thread.ofVirtual().start(proxy::accept);
        return proxy;
    }

    public String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    /** Delays each answer of the server by this time from now on. */
    public TcpProxy delayAnswers(Duration later) {
        delay = later;
        return this;
    }

    /** Holds back the bytes in both directions, as if they were lost, until {@link #speak()}. */
    public synchronized void fallSilent() {
        silent = true;
    }

    /** Passes on the bytes that were held back, and all that follow. */
    public synchronized void speak() {
        silent = false;
        notifyAll();
    }

    /** Closes every connection, like a firewall that drops its state. Clients may reconnect. */
    public void reset() throws IOException {
        synchronized (sockets) {
            for (Socket socket : sockets) {
                if (!socket.isClosed()) {
                    socket.setSoLinger(true, 0);
                    socket.close();
                }
            }
            sockets.clear();
        }
    }

    /** Closes every connection, and each new one, until {@link #mend()}. */
    public void cut() throws IOException {
        cut = true;
        reset();
    }

    /** Ends the effect of {@link #cut()}. */
    public void mend() {
        cut = false;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> connect(client));
            }
        } catch (SocketException e) {
            // The proxy is closed.
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void connect(Socket client) {
        try {
            keep(client);
            Socket server = new Socket(host, port);
            keep(server);
            Thread.ofVirtual().start(() -> pass(client, server, false));
            pass(server, client, true);
        } catch (IOException e) {
            // The server is not there, or the proxy is cut: the client sees its connection end.
            forget(client);
        }
    }

    private void keep(Socket socket) throws IOException {
        synchronized (sockets) {
            if (cut || listening.isClosed()) {
                socket.close();
                throw new SocketException("cut");
            }
            sockets.add(socket);
        }
    }

    private void forget(Socket socket) {
        synchronized (sockets) {
            sockets.remove(socket);
        }
        try {
            socket.close();
        } catch (IOException e) {
            // The connection has ended already.
        }
    }

    private void pass(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[64 << 10];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            int read = in.read(buffer);
            while (read >= 0 && !closed.await(answers ? delay.toMillis() : 0, TimeUnit.MILLISECONDS)) {
                awaitSpeech();
                out.write(buffer, 0, read);
                read = in.read(buffer);
            }
        } catch (IOException e) {
            // One side has closed the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            forget(from);
            forget(to);
        }
    }

    private synchronized void awaitSpeech() throws InterruptedException {
        while (silent) {
            wait();
        }
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        speak();
        listening.close();
        reset();
    }
}
