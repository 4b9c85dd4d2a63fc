package io.freshet.service.http.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.freshet.service.http.BareServer;
import io.freshet.service.http.RawClient;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConnectionLimitTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int MOST = 4;
    private static final String REQUEST = "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n";

    @TempDir
    Path folder;

    @Test
    void shouldAnswerWith503ExceptForItsHealthWhenTooManyConnectionsAreOpen() throws Exception {
        try (BareServer server = new BareServer(folder, Map.of("http.max.connections", Integer.toString(MOST)))) {
            RawClient.Answer refused = awaitAbove(server, "/metrics", 503);
            assertThat(refused.isProblem()).isTrue();
            assertThat(refused.body()).contains("urn:freshet:problem:busy", "http.max.connections");
            assertThat(refused.head()).contains("retry-after: 1", "connection: close");
            awaitAbove(server, "/health/live", 200);
            assertThat(metrics(server)).doesNotContain("freshet_http_connections_refused_total 0.0");
        }
    }

    /** Sends requests while the maximum number of connections is open, until the answer has this status. */
    private static RawClient.Answer awaitAbove(BareServer server, String path, int status) {
        return await().atMost(TIMEOUT)
                .ignoreExceptions()
                .until(
                        () -> {
                            List<Socket> held = hold(server.port(), MOST);
                            try {
                                return ask(server, path);
                            } finally {
                                close(held);
                            }
                        },
                        answer -> answer.status() == status);
    }

    @Test
    void shouldMakeRoomWhenConnectionsAreIdleAndNoMoreAreServed() throws Exception {
        try (BareServer server = new BareServer(folder, Map.of("http.max.connections", Integer.toString(MOST)))) {
            List<Socket> held = hold(server.port(), MOST);
            try {
                await().atMost(TIMEOUT)
                        .ignoreExceptions()
                        .until(() -> ask(server, "/metrics").status() == 200);
                held.getFirst().setSoTimeout((int) TIMEOUT.toMillis());
                assertThat(held.getFirst().getInputStream().readAllBytes()).isEmpty();
            } finally {
                close(held);
            }
        }
    }

    @Test
    void shouldNotStartWhenConnectionsCouldTakeTheProcesssDescriptors() {
        assumeTrue(
                ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                        && unix.getMaxFileDescriptorCount() < 2_000_000,
                "the limit of this process is above what the key can ask for");

        assertThatThrownBy(() -> new BareServer(folder, Map.of("http.max.connections", "1000000")).close())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("http.max.connections=1000000")
                .hasMessageContaining("ulimit -n=");
    }

    @Test
    void shouldTellItsLimitAndTheProcesssDescriptors() throws Exception {
        try (BareServer server = new BareServer(folder, Map.of())) {
            assertThat(metrics(server))
                    .contains("freshet_http_connections 1.0")
                    .containsPattern("freshet_http_connections_limit [1-9]")
                    .containsPattern("process_files_open_files [1-9]")
                    .containsPattern("process_files_max_files [1-9]");
        }
    }

    private static String metrics(BareServer server) throws IOException, InterruptedException {
        return server.asker().get("/metrics").text();
    }

    private static RawClient.Answer ask(BareServer server, String path) throws IOException {
        return server.raw().send(REQUEST.formatted(path, "Connection: close\r\n"), new byte[0]);
    }

    /** Opens kept-alive connections, each of which has been answered once. */
    private static List<Socket> hold(int port, int count) throws IOException {
        List<Socket> held = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            held.add(socket);
            socket.getOutputStream().write(REQUEST.formatted("/health/live", "").getBytes(UTF_8));
            StringBuilder answer = new StringBuilder();
            while (answer.indexOf("}") < 0) {
                int read = socket.getInputStream().read();
                assertThat(read).as("the connection must stay open: %s", answer).isNotNegative();
                answer.append((char) read);
            }
        }
        return held;
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
