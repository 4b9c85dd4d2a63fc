package io.freshet.service.http.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.freshet.service.http.BareServer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class DroppedRequestsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int MANY = 16;

    @TempDir
    Path folder;

    @Test
    void shouldCountEachRequestWhoseClientGoesAwayAndLogFewerLines() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(DroppedRequests.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.list = new CopyOnWriteArrayList<>();
        lines.start();
        logger.addAppender(lines);
        try (BareServer server = new BareServer(folder, Map.of())) {
            for (int i = 0; i < MANY; i++) {
                sendHalfARequest(server.port());
            }

            await().atMost(TIMEOUT)
                    .until(() -> server.asker()
                            .get("/metrics")
                            .text()
                            .contains("freshet_http_dropped_total{reason=\"client-gone\"} " + MANY + ".0"));
            assertThat(lines.list).hasSizeBetween(1, MANY - 1);
        } finally {
            logger.detachAppender(lines);
        }
    }

    private static void sendHalfARequest(int port) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write(("POST /v1/model/rollback HTTP/1.1\r\nHost: localhost\r\n"
                                    + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"version\": ")
                            .getBytes(UTF_8));
        }
    }
}
