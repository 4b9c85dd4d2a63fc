package io.freshet.service.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Sends raw bytes, which a proper HTTP client would refuse to send, and reads the answer. */
public final class RawClient {
    private static final int TIMEOUT_MS = 60_000;
    private static final String END_OF_HEAD = "\r\n\r\n";

    private final int port;

    RawClient(int port) {
        this.port = port;
    }

    /**
     * An answer of the server.
     *
     * @param head head of the answer, in lower case
     */
    public record Answer(int status, String head, String body) {
        /** Returns whether the body is JSON that is not compressed. */
        public boolean isJson() {
            return (head.contains("content-type: application/json") || isProblem())
                    && !head.contains("content-encoding");
        }

        public boolean isProblem() {
            return head.contains("content-type: application/problem+json");
        }
    }

    /**
     * Sends one request on a new connection.
     *
     * @param head request head with all line ends, including the empty line
     */
    public Answer send(String head, byte[] body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MS);
            OutputStream out = socket.getOutputStream();
            out.write(head.getBytes(StandardCharsets.UTF_8));
            try {
                out.write(body);
                out.flush();
            } catch (IOException e) {
                // The server need not read a refused request to the end; its answer is there all the same.
            }
            return parsed(read(socket.getInputStream()));
        }
    }

    /** Reads to the end, or for an endless stream, its head and whatever arrives with it. */
    private static String read(InputStream in) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        byte[] buffer = new byte[8_192];
        int read;
        while ((read = in.read(buffer)) >= 0) {
            answer.write(buffer, 0, read);
            if (answer.toString(ISO_8859_1).contains("Content-Type: text/event-stream")) {
                break;
            }
        }
        return answer.toString(StandardCharsets.UTF_8);
    }

    private static Answer parsed(String answer) {
        int end = answer.indexOf(END_OF_HEAD);
        if (!answer.startsWith("HTTP/1.1 ") || end < 0) {
            throw new AssertionError("the answer must be HTTP: " + answer);
        }
        String head = answer.substring(0, end).toLowerCase(Locale.ROOT);
        String body = answer.substring(end + END_OF_HEAD.length());
        return new Answer(
                Integer.parseInt(answer.substring(9, 12)),
                head,
                head.contains("transfer-encoding: chunked") ? unchunked(body) : body);
    }

    private static String unchunked(String body) {
        StringBuilder whole = new StringBuilder();
        int at = 0;
        while (at < body.length()) {
            int lineEnd = body.indexOf("\r\n", at);
            int length = lineEnd < 0
                    ? 0
                    : Integer.parseInt(body.substring(at, lineEnd).strip(), 16);
            if (length == 0) {
                break;
            }
            int from = lineEnd + 2;
            whole.append(body, from, Math.min(body.length(), from + length));
            at = from + length + 2;
        }
        return whole.toString();
    }
}
