package io.freshet.app.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.testkit.broker.Broker;
import io.freshet.testkit.broker.TcpProxy;
import io.freshet.testkit.process.FreshetProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs commands that need a broker, as processes: without a broker, with one that does not answer, and with one that
 * has no topics.
 */
class AbsentBrokerIT {
    private static final Duration MOST = Duration.ofSeconds(30); // the promise is 10 s, and the machine may be busy

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "models list",
                "models rollback 000000000001-000000000000",
                "models resume",
                "models prune",
                "replay",
                "run",
                "feed"
            })
    void shouldEndWithOneLineThatNamesTheAddress(String command) throws Exception {
        String address;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = "127.0.0.1:" + closed.getLocalPort();
        }
        List<String> arguments = new ArrayList<>(List.of(command.split(" ", -1)));
        arguments.addAll(List.of("--set", "kafka.bootstrap.servers=" + address, "--set", "state.dir=" + folder));
        Path output = folder.resolve("out");
        try (FreshetProcess process = FreshetProcess.start(output, arguments.toArray(String[]::new))) {
            assertThat(process.await(MOST)).isEqualTo(1);
        }

        assertThat(Files.readAllLines(output))
                .filteredOn(line -> !line.startsWith("WARNING: Using incubator modules"))
                .singleElement()
                .asString()
                .startsWith("freshet: nothing listens on " + address)
                .contains("kafka.bootstrap.servers");
    }

    @Test
    void shouldWaitWhenTheBrokerIsTooBusyToAnswer() throws Exception {
        try (Broker kafka = Broker.start(folder.resolve("kafka"));
                TcpProxy busy = TcpProxy.to(kafka.bootstrapServers())) {
            busy.fallSilent();
            try (FreshetProcess process = FreshetProcess.start(
                    folder.resolve("out"),
                    "feed",
                    "--duration",
                    "1s",
                    "--set",
                    "kafka.bootstrap.servers=" + busy.address(),
                    "--set",
                    "state.dir=" + folder)) {
                process.awaitLine(line -> line.contains(busy.address() + " accepted the connection"), MOST);
                assertThat(process.isAlive()).isTrue();
                busy.speak();
                process.awaitSuccess(MOST);
            }
        }

        assertThat(Files.readString(folder.resolve("out"))).contains("trying again for ", "Fed ");
    }

    @Test
    void shouldNameTheTopicThatThereIsNotWhenThereIsNothingToReplay() throws Exception {
        try (Broker kafka = Broker.start(folder.resolve("kafka"));
                FreshetProcess process = FreshetProcess.start(
                        folder.resolve("out"),
                        "replay",
                        "--set",
                        "kafka.bootstrap.servers=" + kafka.bootstrapServers(),
                        "--set",
                        "state.dir=" + folder)) {
            assertThat(process.await(MOST)).isEqualTo(2);
        }

        assertThat(Files.readString(folder.resolve("out"))).contains("the brokers have no topic sequences");
    }
}
