package io.freshet.service.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.http.HttpServer;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TopicWatch;
import io.freshet.service.runtime.TrainerRole;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.SnapshotStore;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Both roles at work on a broker, set up as in two processes: each with its own registry and server. */
final class WatchedRoles implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofMinutes(1);

    private static final int USERS = 20;
    private static final int CLICKS_EACH = 6;

    private final HttpClient client = HttpClient.newHttpClient();
    private final EmbeddedKafka kafka;
    private final FreshetConfig streamsConfig;
    private final FreshetConfig trainerConfig;
    private final TopicWatch topics;
    private final StreamsRole streams;
    private final TrainerRole trainer;
    private final HttpServer streamsServer;
    private final HttpServer trainerServer;

    /** Starts everything. */
    WatchedRoles(Path folder) throws Exception {
        kafka = EmbeddedKafka.start(folder.resolve("kafka"));
        streamsConfig = config(folder);
        trainerConfig = config(folder);
        SnapshotStore store = new FileSnapshotStore(streamsConfig.modelStorePath());
        PrometheusMeterRegistry ofStreams = ProcessMeters.registry(streamsConfig);
        PrometheusMeterRegistry ofTrainer = ProcessMeters.registry(trainerConfig);
        topics = new TopicWatch(streamsConfig, true, ofStreams);
        assertThat(topics.awaitTopics(_ -> false)).isTrue();
        streams = new StreamsRole(streamsConfig, store, ofStreams, Clock.systemUTC());
        trainer = new TrainerRole(trainerConfig, store, ofTrainer, Clock.systemUTC());
        streams.start();
        trainer.start();
        streamsServer = HttpServer.start(streamsConfig, new HttpServer.Roles(streams, null, store, ofStreams, null));
        trainerServer = HttpServer.start(trainerConfig, new HttpServer.Roles(null, trainer, store, ofTrainer, null));
    }

    private FreshetConfig config(Path folder) throws IOException {
        Map<String, String> settings = new HashMap<>();
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("state.dir", folder.resolve("state").toString());
        settings.put("topics.partitions", "2");
        settings.put("model.dim", "16");
        settings.put("training.workers", "1");
        settings.put("items.catalogue", "filter");
        try (ServerSocket free = new ServerSocket(0)) {
            settings.put("http.port", Integer.toString(free.getLocalPort()));
        }
        return FreshetConfig.of(settings);
    }

    /** Sends clicks until the served model has learned from some, and every client has reported its metrics. */
    void work() throws Exception {
        assertThat(streams.awaitRunning(TIMEOUT)).isTrue();
        await().atMost(TIMEOUT).until(() -> streams.liveModel().isLoaded());
        for (int round = 0; round < CLICKS_EACH; round++) {
            click(round);
        }
        await().atMost(TIMEOUT).until(() -> streams.liveModel().step() > 0);
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(streams().series().keySet())
                        .contains("freshet_http_requests_seconds_bucket", "kafka_consumer_fetch_manager_records_lag"));
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(trainer().series().keySet())
                        .contains("freshet_http_requests_seconds_bucket", "kafka_consumer_fetch_manager_records_lag"));
    }

    private void click(int round) throws IOException, InterruptedException {
        String clicks = IntStream.range(0, USERS)
                .mapToObj(user -> "{\"user_id\":\"user-%d\",\"item_id\":\"item-%d\",\"timestamp\":%d}"
                        .formatted(user, (user + round) % USERS, System.currentTimeMillis()))
                .collect(Collectors.joining(",", "[", "]"));
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(streamsConfig.http().url() + "v1/clicks"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(clicks))
                .build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    /** Returns the metrics of the streams role's process. */
    Scrape streams() {
        return scrape(streamsConfig);
    }

    /** Returns the metrics of the trainer's process. */
    Scrape trainer() {
        return scrape(trainerConfig);
    }

    private Scrape scrape(FreshetConfig config) {
        try {
            URI address = URI.create(config.http().url() + "metrics");
            return Scrape.parse(client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                    .body());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        trainerServer.close();
        streamsServer.close();
        trainer.close();
        streams.close();
        topics.close();
        kafka.close();
        client.close();
    }
}
