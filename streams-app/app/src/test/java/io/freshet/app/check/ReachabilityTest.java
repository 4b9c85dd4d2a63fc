package io.freshet.app.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freshet.app.check.Finding.CheckFailedException;
import io.freshet.service.config.FreshetConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30) // each test takes less than 10 s on a machine that is not busy
final class ReachabilityTest {
    @Test
    void shouldNameTheAddressThatNothingListensOn() throws IOException {
        String address;
        try (ServerSocket closed = listen()) {
            address = address(closed);
        }

        assertThatExceptionOfType(CheckFailedException.class)
                .isThrownBy(() -> Reachability.require(config(address)))
                .withMessageContaining("nothing listens on " + address)
                .withMessageContaining("kafka.bootstrap.servers");
    }

    @Test
    void shouldNameTheAddressAndTheTimeWhenThereIsNoAnswer() throws IOException {
        try (ServerSocket silent = listen()) {
            assertThatExceptionOfType(CheckFailedException.class)
                    .isThrownBy(() -> Reachability.require(config(address(silent)), Duration.ZERO, Duration.ZERO))
                    .withMessageContaining(
                            address(silent) + " accepted the connection and did not answer a Kafka request within 5 s");
        }
    }

    /** A broker without TLS closes a connection that starts with TLS, even if it is too busy to answer Kafka requests. */
    @Test
    void shouldNotBlameTheLoginWhenThereIsNoAnswer() throws Exception {
        List<Socket> held = new ArrayList<>();
        Thread accepting;
        try (ServerSocket busy = listen()) {
            accepting = Thread.ofVirtual().start(() -> accept(busy, held));
            assertThatExceptionOfType(CheckFailedException.class)
                    .isThrownBy(() -> Reachability.require(config(address(busy)), Duration.ZERO, Duration.ZERO))
                    .withMessageContaining("did not answer a Kafka request within 5 s")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("log in"));
        }
        accepting.join();
        for (Socket socket : held) {
            socket.close();
        }
    }

    /** Holds two connections, the port check and Kafka's own, and closes all later ones, which are TLS greetings. */
    private static void accept(ServerSocket busy, List<Socket> held) {
        try {
            for (int connection = 0; connection < 2; connection++) {
                held.add(busy.accept());
            }
            while (true) {
                busy.accept().close();
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private static String address(ServerSocket socket) {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    private static FreshetConfig config(String servers) {
        return FreshetConfig.of(Map.of("kafka.bootstrap.servers", servers));
    }
}
