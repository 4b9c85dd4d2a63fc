package io.freshet.broker;

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
 * Passes connections on to a server, as slowly and as badly as it is told. TCP hides packets that are lost, so that a loss
 * is here what a client sees of it: a connection that is reset, or bytes that come much later. Thread-safe.
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

    /** A proxy before a server that need not be there yet. */
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

    /** Each answer of the server comes so much later from now on. */
    public TcpProxy delayAnswers(Duration later) {
        delay = later;
        return this;
    }

    /** Keeps back what is sent in either direction, as if it were lost, until {@link #speak()}. */
    public synchronized void fallSilent() {
        silent = true;
    }

    /** Passes on what was kept back, and what comes. */
    public synchronized void speak() {
        silent = false;
        notifyAll();
    }

    /** Ends every connection, as a firewall does that forgets them. Clients may connect again. */
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

    /** Ends every connection, and each that comes, until {@link #mend()}. */
    public void cut() throws IOException {
        cut = true;
        reset();
    }

    /** Ends what {@link #cut()} began. */
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
            // It has ended anyway.
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
            // One of the sides has ended the connection.
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
