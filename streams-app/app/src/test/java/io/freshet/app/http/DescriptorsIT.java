package io.freshet.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import io.freshet.testkit.process.FreshetProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process with few file descriptors, and clients that try to exhaust them. */
final class DescriptorsIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final int DESCRIPTORS = 512;
    private static final int CONNECTIONS = 3 * DESCRIPTORS;

    @TempDir
    Path folder;

    @Test
    void shouldGoOnWithKafkaWhenClientsOpenMoreConnectionsThanThereAreDescriptors() throws Exception {
        int port = ListenerPorts.free();
        Path output = folder.resolve("freshet.txt");
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"));
                FreshetProcess process = FreshetProcess.startWithDescriptors(
                        DESCRIPTORS,
                        output,
                        "run",
                        "--roles",
                        "streams",
                        "--set",
                        "kafka.bootstrap.servers=" + kafka.bootstrapServers(),
                        "--set",
                        "state.dir=" + folder.resolve("state"),
                        "--set",
                        "topics.partitions=2",
                        "--set",
                        "http.port=" + port)) {
            Asker asker = Asker.at(port);
            await().atMost(TIMEOUT)
                    .ignoreExceptions()
                    .until(() -> asker.get("/v1/users/x/sequence").status() == 404);

            List<Socket> idle = connect(port);
            try {
                click(kafka);
                await().atMost(TIMEOUT).ignoreExceptions().until(() -> {
                    assertThat(process.isAlive()).isTrue();
                    return asker.get("/v1/users/ann/sequence").status() == 200;
                });
                assertThat(asker.metric("freshet_http_connections_refused_total"))
                        .isPositive();
            } finally {
                for (Socket socket : idle) {
                    socket.close();
                }
            }
        }
    }

    private static List<Socket> connect(int port) throws IOException {
        List<Socket> idle = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            idle.add(new Socket(InetAddress.getLoopbackAddress(), port));
        }
        return idle;
    }

    private static void click(EmbeddedKafka kafka) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            String click = "{\"user_id\":\"ann\",\"item_id\":\"tea\",\"timestamp\":" + System.currentTimeMillis() + "}";
            producer.send(new ProducerRecord<>("clicks", "ann", click)).get();
        }
    }
}
