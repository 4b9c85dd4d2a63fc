package io.freshet.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A proxy between a client and a local HTTP server that injects faults. Handles one request per connection. */
final class FaultyNetwork implements AutoCloseable {
    private static final String END_OF_HEAD = "\r\n\r\n";

    private final int serverPort;
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService connections = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile Function<String, Fault> faults = request -> Fault.NONE;

    FaultyNetwork(int serverPort) throws IOException {
        this.serverPort = serverPort;
        var _ = connections.submit(this::listen);
    }

    /** The fate of a request. */
    sealed interface Fault {
        Fault NONE = new Passed();

        /** The request succeeds. */
        record Passed() implements Fault {}

        /** The request does not reach the server; the proxy answers with an error. */
        record Answered(int status, String code) implements Fault {}

        /** The request reaches the server, and only half of the response body arrives. */
        record AnswerCut() implements Fault {}

        /** The server handles the request, and nothing of the response arrives. */
        record AnswerLost() implements Fault {}

        /** The request does not reach the server, and the connection is closed. */
        record Refused() implements Fault {}

        /** The request does not reach the server, and no response ever arrives. */
        record Silence() implements Fault {}
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Returns the first lines of all requests so far. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    /** @param decision decides the fault from a request's first line, such as {@code GET /bucket/key HTTP/1.1} */
    void goWrong(Function<String, Fault> decision) {
        requests.clear();
        faults = decision;
    }

    /** Injects the fault into the first attempt of each request. */
    void goWrongOnce(Fault fault) {
        goWrong(request -> requests.stream().filter(request::equals).count() == 1 ? fault : Fault.NONE);
    }

    private void listen() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                var _ = connections.submit(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            if (head.isEmpty()) {
                return;
            }
            String request = head.substring(0, head.indexOf("\r\n"));
            requests.add(request);
            switch (faults.apply(request)) {
                case Fault.Passed _ -> client.getOutputStream().write(answer(client, head));
                case Fault.AnswerCut _ -> client.getOutputStream().write(cut(answer(client, head)));
                case Fault.AnswerLost _ -> answer(client, head);
                case Fault.Answered answered -> refuse(client, answered);
                case Fault.Refused _ -> {}
                case Fault.Silence _ -> client.getInputStream().transferTo(OutputStream.nullOutputStream());
            }
        } catch (IOException e) {
            // One end has closed the connection, which is the purpose of this class.
        }
    }

    /** Returns the server's whole response. */
    private byte[] answer(Socket client, String head) throws IOException {
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
            var _ = connections.submit(() -> forward(client, head, server));
            return server.getInputStream().readAllBytes();
        }
    }

    private static void forward(Socket client, String head, Socket server) {
        try {
            String closing = head.substring(0, head.length() - 2) + "Connection: close\r\n\r\n";
            server.getOutputStream().write(closing.getBytes(ISO_8859_1));
            client.getInputStream().transferTo(server.getOutputStream());
        } catch (IOException e) {
            // One end has closed the connection, as above.
        }
    }

    private static byte[] cut(byte[] answer) {
        String text = new String(answer, ISO_8859_1);
        int body = text.lastIndexOf(END_OF_HEAD) + END_OF_HEAD.length();
        return Arrays.copyOf(answer, body + (answer.length - body) / 2);
    }

    private static void refuse(Socket client, Fault.Answered answered) throws IOException {
        String body = "<Error><Code>%s</Code><Message>told to</Message></Error>".formatted(answered.code());
        String answer =
                "HTTP/1.1 %d Told\r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                        .formatted(answered.status(), body.length(), body);
        client.getOutputStream().write(answer.getBytes(ISO_8859_1));
        client.shutdownOutput();
        client.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    /** Returns the head of a request, including the empty line; empty if the client has disconnected. */
    private static String head(InputStream input) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith(END_OF_HEAD)) {
            int next = input.read();
            if (next < 0) {
                return "";
            }
            head.write(next);
        }
        return head.toString(ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections.shutdownNow();
    }
}
