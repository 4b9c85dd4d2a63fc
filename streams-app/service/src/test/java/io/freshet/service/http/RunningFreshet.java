package io.freshet.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TrainerRole;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.SnapshotStore;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import io.freshet.testkit.http.Asker.Answer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker, both roles, a model that has learned from some clicks, and an HTTP server. */
final class RunningFreshet implements AutoCloseable {
    static final int USERS = 30;
    static final int ITEMS = 60;

    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final int CLICKS_EACH = 8;

    private final EmbeddedKafka kafka;
    private final FreshetConfig config;
    private final StreamsRole streams;
    private final TrainerRole trainer;
    private final HttpServer server;

    /** Starts everything, and returns when it is ready. */
    RunningFreshet(Path folder, Map<String, String> more) throws Exception {
        kafka = EmbeddedKafka.start(folder.resolve("kafka"));
        config = config(folder, more);
        TopicSetup.run(config, TIMEOUT);
        SnapshotStore store = new FileSnapshotStore(config.modelStorePath());
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        streams = new StreamsRole(config, store, registry, Clock.systemUTC());
        trainer = new TrainerRole(config, store, registry, Clock.systemUTC());
        streams.start();
        trainer.start();
        server = HttpServer.start(config, new HttpServer.Roles(streams, trainer, store, registry, null));
    }

    private FreshetConfig config(Path folder, Map<String, String> more) throws IOException {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("state.dir", folder.resolve("state").toString());
        settings.put("topics.partitions", "2");
        settings.put("model.dim", "16");
        settings.put("training.workers", "1");
        settings.put("online.lease.timeout.ms", "0");
        settings.put("online.snapshot.interval.ms", "2000");
        settings.put("http.port", Integer.toString(ListenerPorts.free()));
        return FreshetConfig.of(settings);
    }

    /** Sends clicks, and waits until there is a model that has learned from them. */
    void teach(Asker asker) throws Exception {
        assertThat(streams.awaitRunning(TIMEOUT)).isTrue();
        for (int round = 0; round < CLICKS_EACH; round++) {
            int at = round;
            List<String> clicks = IntStream.range(0, USERS)
                    .mapToObj(user -> "{\"user_id\":\"user-%d\",\"item_id\":\"item-%d\",\"timestamp\":%d}"
                            .formatted(user, (3 * user + at) % ITEMS, System.currentTimeMillis()))
                    .toList();
            Answer answer = ask(asker, "POST", "/v1/clicks", clicks.toString());
            assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        }
        fillCatalogue();
        await().atMost(TIMEOUT)
                .untilAsserted(
                        () -> assertThat(asker.get("/health/ready").status()).isEqualTo(200));
    }

    /** Adds every item to the catalogue, each with one of seven categories. */
    private void fillCatalogue() {
        try (var producer =
                new KafkaProducer<>(config.kafka().forProducer(), new StringSerializer(), new StringSerializer())) {
            for (int item = 0; item < ITEMS; item++) {
                var _ = producer.send(new ProducerRecord<>(
                        config.get(TopicKeys.ITEMS),
                        "item-" + item,
                        "{\"categories\":[\"user-%d\"],\"available\":true}".formatted(item % 7)));
            }
        }
    }

    /** Sends a request, with the token if there is one. */
    Answer ask(Asker asker, String method, String path, String json) throws IOException, InterruptedException {
        Map<String, String> headers = new HashMap<>();
        headers.put("Content-Type", "application/json");
        if (!config.get(HttpKeys.TOKEN).isEmpty()) {
            headers.put("Authorization", "Bearer " + config.get(HttpKeys.TOKEN));
        }
        return asker.ask(method, path, json.getBytes(StandardCharsets.UTF_8), headers);
    }

    FreshetConfig config() {
        return config;
    }

    @Override
    public void close() {
        server.close();
        trainer.close();
        streams.close();
        kafka.close();
    }
}
