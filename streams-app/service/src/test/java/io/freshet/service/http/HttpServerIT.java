package io.freshet.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.http.exchange.ClickRefusals;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.http.page.EventStreams;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.telemetry.TraceHeaders;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.SnapshotStore;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import io.freshet.testkit.http.Asker.Answer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Tests a server with a streams role that has no model, on a real broker. */
@SuppressWarnings("NullAway.Init") // JUnit calls start before each test.
final class HttpServerIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static EmbeddedKafka kafka;
    private static FreshetConfig config;
    private static StreamsRole role;
    private static HttpServer server;
    private static Asker asker;

    @BeforeAll
    static void start() throws Exception {
        kafka = EmbeddedKafka.start(folder.resolve("kafka"));
        config = config(Map.of("http.max.body.bytes", "20000", "http.max.clicks", "3000"));
        TopicSetup.run(config, TIMEOUT);
        SnapshotStore store = new FileSnapshotStore(config.modelStorePath());
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        role = new StreamsRole(config, store, registry, Clock.systemUTC());
        role.start();
        server = HttpServer.start(config, new HttpServer.Roles(role, null, store, registry, null));
        asker = Asker.at(config.http().port());
        assertThat(role.awaitRunning(TIMEOUT)).isTrue();
    }

    @AfterAll
    static void stop() {
        server.close();
        role.close();
        kafka.close();
    }

    private static FreshetConfig config(Map<String, String> more) throws IOException {
        return config(more, kafka.bootstrapServers());
    }

    private static FreshetConfig config(Map<String, String> more, String brokers) throws IOException {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("kafka.bootstrap.servers", brokers);
        settings.put("state.dir", folder.resolve("state").toString());
        settings.put("topics.partitions", "2");
        settings.put("http.port", Integer.toString(ListenerPorts.free()));
        return FreshetConfig.of(settings);
    }

    @Test
    void shouldBeAliveButNotReadyWhenThereIsNoModel() throws Exception {
        assertThat(asker.get("/health/live").status()).isEqualTo(200);
        Answer ready = asker.get("/health/ready");
        assertThat(ready.status()).isEqualTo(503);
        assertThat(ready.json().at("/reasons/0").asText()).contains("no model");
    }

    @Test
    void shouldHaveAClickInItsSequenceWhenItWasPosted() throws Exception {
        long now = System.currentTimeMillis();

        Answer answer = asker.post("/v1/clicks", click("ann/ä b", "tea", now));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().path("accepted").asInt()).isEqualTo(1);
        JsonNode interactions = awaitSequence("ann%2F%C3%A4%20b");
        assertThat(interactions.at("/0/item_id").asText()).isEqualTo("tea");
        assertThat(interactions.at("/0/timestamp").asLong()).isEqualTo(now);
    }

    private static JsonNode awaitSequence(String user) {
        return await().atMost(TIMEOUT)
                .until(() -> asker.get("/v1/users/" + user + "/sequence"), found -> found.status() == 200)
                .json()
                .path("interactions");
    }

    @Test
    void shouldTakeTheGoodClicksWhenSomeOfAnArrayAreBad() throws Exception {
        long now = System.currentTimeMillis();
        String future = click("bob", "b", now + Duration.ofDays(30).toMillis());

        Answer answer = asker.post(
                "/v1/clicks",
                "[%s, {\"user_id\": 1}, 7, %s, %s]"
                        .formatted(click("bob", "a", now), click("bob", "c", now + 1), future));

        assertThat(answer.status()).isEqualTo(207);
        assertThat(answer.json().path("accepted").asInt()).isEqualTo(2);
        assertThat(answer.json().path("errors").findValuesAsText("index")).containsExactly("1", "2", "4");
        assertThat(answer.json().path("errors").findValuesAsText("reason"))
                .containsExactly("missing-item-id", "not-an-object", "timestamp-in-the-future");
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(awaitSequence("bob").findValuesAsText("item_id"))
                        .containsExactly("a", "c"));
    }

    @Test
    void shouldRefuseAClickThatTheSequencerWouldNotKeep() throws Exception {
        Answer answer = asker.post(
                "/v1/clicks",
                "[%s, %s]".formatted(click("eve", "a", 0), click("eve", "b", System.currentTimeMillis())));

        assertThat(answer.status()).isEqualTo(207);
        assertThat(answer.json().path("accepted").asInt()).isEqualTo(1);
        assertThat(answer.json().path("errors").findValuesAsText("reason")).containsExactly("timestamp-too-old");
        assertThat(awaitSequence("eve").findValuesAsText("item_id")).containsExactly("b");
    }

    @Test
    void shouldRefuseIdsWithControlCharacters() throws Exception {
        long now = System.currentTimeMillis();
        Answer answer = asker.post(
                "/v1/clicks",
                "[%s, %s, %s]"
                        .formatted(
                                click("a\\u0000b", "tea", now),
                                click("ann", "t\\u001fea", now),
                                click("ann", "t\\u0085ea", now)));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("errors").findValuesAsText("reason"))
                .containsExactly("bad-user-id", "bad-item-id", "bad-item-id");
        assertThat(asker.get("/v1/users/a%01b/sequence").status()).isEqualTo(400);
        assertThat(asker.post("/v1/recommendations", "{\"user_id\":\"a\\u0000b\"}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void shouldRefuseABodyWhenItIsNoClick() throws Exception {
        for (String body : List.of("", "{", "[]", "\"x\"", "{} {}", "[{}", "nul", "{\"user_id\":\"u\"}", "[[]]")) {
            Answer answer = asker.post("/v1/clicks", body);
            assertThat(answer.status()).as(body).isEqualTo(400);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.problem()).isEqualTo("invalid-request");
            assertThat(answer.json().path("instance").asText()).isEqualTo("/v1/clicks");
        }
        assertThat(asker.post("/v1/clicks", "{\"user_id\":\"u\"}")
                        .json()
                        .at("/errors/0/reason")
                        .asText())
                .isEqualTo("missing-item-id");
    }

    @Test
    void shouldRefuseABodyWhenItIsTooLong() throws Exception {
        Answer answer = asker.post("/v1/clicks", "x".repeat(10 << 20));

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.problem()).isEqualTo("too-large");
    }

    @Test
    void shouldNameTheFirstErrorsAndCountAllWhenManyClicksAreBad() throws Exception {
        Answer none = asker.post("/v1/clicks", "[" + "{},".repeat(2_999) + "{}]");

        assertThat(none.status()).isEqualTo(400);
        assertThat(none.json().path("refused").asInt()).isEqualTo(3_000);
        assertThat(none.json().path("errors")).hasSize(ClickRefusals.MOST_NAMED);
        assertThat(none.json().at("/errors/99/index").asInt()).isEqualTo(99);
        assertThat(none.text()).hasSizeLessThan(20_000);

        Answer some = asker.post(
                "/v1/clicks", "[" + "{},".repeat(2_999) + click("carl", "a", System.currentTimeMillis()) + "]");
        assertThat(some.status()).isEqualTo(207);
        assertThat(some.json().path("accepted").asInt()).isEqualTo(1);
        assertThat(some.json().path("refused").asInt()).isEqualTo(2_999);
        assertThat(some.json().path("errors")).hasSize(ClickRefusals.MOST_NAMED);
    }

    @Test
    void shouldRefuseAnArrayWhenItHasMoreClicksThanTheLimit() throws Exception {
        Answer answer = asker.post("/v1/clicks", "[" + "{},".repeat(3_000) + "{}]");

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.problem()).isEqualTo("too-large");
        assertThat(answer.json().path("detail").asText()).contains("3000", "http.max.clicks");
        assertThat(answer.text()).hasSizeLessThan(1_000);
    }

    @Test
    void shouldAnswerInAFewWordsWhenAFullBodyHasNothingButEmptyClicks() throws Exception {
        FreshetConfig usual = config(Map.of());
        try (HttpServer second = HttpServer.start(usual, process())) {
            assertThat(second).isNotNull();
            Answer answer = Asker.at(usual.http().port()).post("/v1/clicks", "[" + "{},".repeat(349_000) + "{}]");

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).hasSizeLessThan(1_000);
        }
    }

    @Test
    void shouldNotRepeatALongPartOfARequestWhenItIsRefused() throws Exception {
        Answer answer = asker.post("/v1/recommendations", "{\"" + "x".repeat(15_000) + "\": 1}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).hasSizeLessThan(2_000);
    }

    @Test
    void shouldAnswerInTheRequestsTimeWhenKafkaIsAway() throws Exception {
        FreshetConfig away = config(Map.of("http.clicks.timeout.ms", "300"), "127.0.0.1:" + ListenerPorts.free());
        try (HttpServer second = HttpServer.start(away, process())) {
            assertThat(second).isNotNull();
            long now = System.currentTimeMillis();
            Answer answer = Asker.at(away.http().port())
                    .post("/v1/clicks", "[%s,%s]".formatted(click("dan", "a", now), click("dan", "b", now)));

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.problem()).isEqualTo("kafka-unavailable");
            assertThat(answer.json().path("refused").asInt()).isEqualTo(2);
            assertThat(answer.json().at("/errors/0/detail").asText()).contains("300 ms");
            assertThat(answer.json().at("/errors/1/detail").asText()).contains("not sent");
        }
    }

    @Test
    void shouldRefuseABodyWhenItIsNotDeclaredAsJson() throws Exception {
        byte[] body = click("u", "i", 1).getBytes(UTF_8);
        for (String type :
                List.of("text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16")) {
            Answer answer = asker.ask("POST", "/v1/clicks", body, Map.of("Content-Type", type));
            assertThat(answer.status()).as(type).isEqualTo(415);
        }
        assertThat(asker.ask("POST", "/v1/clicks", body, Map.of()).status()).isEqualTo(415);
    }

    @Test
    void shouldPutATombstoneAmongTheClicksWhenAUserIsToBeForgotten() throws Exception {
        Answer answer = asker.delete("/v1/users/zoe");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(tombstones()).contains("zoe");
    }

    private static List<String> tombstones() {
        return records("clicks").stream()
                .filter(record -> record.value() == null)
                .map(ConsumerRecord::key)
                .toList();
    }

    /** Returns the records of a topic of two partitions. */
    private static List<ConsumerRecord<String, String>> records(String topic) {
        Map<String, Object> properties = config.kafka().forConsumer();
        properties.put("auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            return Stream.generate(() -> consumer.poll(Duration.ofMillis(500)))
                    .limit(4)
                    .flatMap(records -> StreamSupport.stream(records.spliterator(), false))
                    .toList();
        }
    }

    @Test
    void shouldCarryTraceHeadersFromHttpOverTheClickToItsRecommendation() throws Exception {
        String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        String user = "traced";

        Answer answer = asker.ask(
                "POST",
                "/v1/clicks",
                click(user, "tea", System.currentTimeMillis()).getBytes(UTF_8),
                Map.of("Content-Type", "application/json", "traceparent", parent, "baggage", "shop=7"));

        assertThat(answer.status()).isEqualTo(202);
        awaitSequence(user);
        for (String topic : List.of("clicks", "recommendations")) {
            assertThat(records(topic))
                    .filteredOn(record -> user.equals(record.key()))
                    .singleElement()
                    .satisfies(record -> {
                        assertThat(TraceHeaders.textOf(record.headers(), "traceparent"))
                                .isEqualTo(parent);
                        assertThat(TraceHeaders.textOf(record.headers(), "baggage"))
                                .isEqualTo("shop=7");
                    });
        }
    }

    @Test
    void shouldNameTheRequestAsItsClientDoesOrByItself() throws Exception {
        assertThat(named("order-17").header("X-Request-Id")).isEqualTo("order-17");
        assertThat(named("two words").header("X-Request-Id")).hasSize(36);
        assertThat(asker.get("/nowhere").header("X-Request-Id")).hasSize(36);
    }

    @Test
    void shouldNameRequestAndTraceInTheLinesOfTheLog() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(HttpServer.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.list = new CopyOnWriteArrayList<>();
        lines.start();
        logger.addAppender(lines);
        logger.setLevel(Level.DEBUG);
        try {
            asker.ask(
                    "GET",
                    "/v1/trending",
                    new byte[0],
                    Map.of(
                            "X-Request-Id",
                            "order-18",
                            "traceparent",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
            await().untilAsserted(() -> assertThat(lines.list).anySatisfy(line -> {
                assertThat(line.getFormattedMessage()).startsWith("GET /v1/trending: 200");
                assertThat(line.getMDCPropertyMap())
                        .containsEntry("request_id", "order-18")
                        .containsEntry("trace_id", "0af7651916cd43dd8448eb211c80319c");
            }));
        } finally {
            logger.setLevel(null);
            logger.detachAppender(lines);
        }
    }

    private static Answer named(String requestId) throws IOException, InterruptedException {
        return asker.ask("GET", "/health/live", new byte[0], Map.of("X-Request-Id", requestId));
    }

    @Test
    void shouldSayThatAUserIsUnknownWhenThereIsNoSequence() throws Exception {
        Answer answer = asker.get("/v1/users/nobody/sequence");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.problem()).isEqualTo("unknown-user");
        assertThat(asker.get("/v1/users/" + "x".repeat(257) + "/sequence").status())
                .isEqualTo(400);
    }

    @Test
    void shouldSayWhatThereIsWhenARouteOrAMethodIsUnknown() throws Exception {
        assertThat(asker.get("/v2/clicks").problem()).isEqualTo("no-such-route");
        Answer answer = asker.get("/v1/clicks");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.problem()).isEqualTo("method-not-allowed");
        assertThat(answer.header("Allow")).isEqualTo("POST");
        assertThat(asker.ask("BREW", "/v1/model", new byte[0], Map.of()).status())
                .isEqualTo(405);
        assertThat(asker.ask("HEAD", "/health/ready", new byte[0], Map.of()).status())
                .isEqualTo(503);
        assertThat(asker.ask("HEAD", "/v1/events", new byte[0], Map.of()).status())
                .isEqualTo(200);
        assertThat(asker.get("/v1/model?verbose=1").status()).isEqualTo(400);
    }

    @Test
    void shouldAnswerWithAProblemWhenJettyItselfRefuses() throws Exception {
        for (String line : List.of(
                "GET /v1/users/%zz/sequence HTTP/1.1\r\nHost: localhost",
                "GET /v1/users/%ff/sequence HTTP/1.1\r\nHost: localhost",
                "GET /v1/trending?k=%f HTTP/1.1\r\nHost: localhost",
                "GET / HTTP/1.1",
                "GET /\u0001 HTTP/1.1\r\nHost: localhost",
                "POST /v1/clicks HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5",
                "GARBAGE")) {
            String answer = raw(line + "\r\nConnection: close\r\n\r\n");
            assertThat(answer).as(line).startsWith("HTTP/1.1 4").contains("application/problem+json");
        }
    }

    private static String raw(String request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), config.http().port())) {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void shouldShowTheModelWhenThereIsNone() throws Exception {
        JsonNode model = asker.get("/v1/model").json();

        assertThat(model.path("name").asText()).isEqualTo("default");
        assertThat(model.path("served").isNull()).isTrue();
        assertThat(model.path("rollback").isNull()).isTrue();
        assertThat(model.path("snapshots")).isEmpty();
        assertThat(asker.post("/v1/model/resume", "").json().path("resumed").asBoolean(true))
                .isFalse();
    }

    @Test
    void shouldRefuseARollbackWhenTheSnapshotIsUnknown() throws Exception {
        for (String version : List.of("000000000001-000000000000", "../../etc", "")) {
            Answer answer = asker.post("/v1/model/rollback", "{\"version\": \"" + version + "\"}");
            assertThat(answer.status()).as(version).isEqualTo(404);
            assertThat(answer.problem()).isEqualTo("unknown-snapshot");
        }
        assertThat(asker.post("/v1/model/rollback", "{\"version\": 1}").status())
                .isEqualTo(400);
    }

    @Test
    void shouldAskForTheTokenOnEverythingButHealthWhenOneIsSet() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "s3cret-token\n");
        FreshetConfig guarded = config(Map.of("http.token.file", file.toString()));
        try (HttpServer second = HttpServer.start(guarded, process())) {
            assertThat(second).isNotNull();
            Asker stranger = Asker.at(guarded.http().port());
            assertThat(stranger.get("/health/live").status()).isEqualTo(200);
            for (String path : List.of("/", "/v1/model", "/metrics", "/openapi.json", "/nowhere", "/health/live/")) {
                Answer answer = stranger.get(path);
                assertThat(answer.status()).as(path).isEqualTo(401);
                assertThat(answer.problem()).isEqualTo("unauthorized");
                assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
            }
            assertThat(withAuthorization(stranger, "Bearer s3cret-token")).isEqualTo(200);
            assertThat(withAuthorization(stranger, "bearer s3cret-token")).isEqualTo(200);
            assertThat(withAuthorization(stranger, "Basic " + base64("anyone:s3cret-token")))
                    .isEqualTo(200);
            for (String wrong : List.of(
                    "Bearer s3cret-toke",
                    "Bearer ",
                    "Bearer",
                    "Basic ???",
                    "Basic " + base64("x"),
                    "Basic " + base64("s3cret-token"),
                    "")) {
                assertThat(withAuthorization(stranger, wrong)).as(wrong).isEqualTo(401);
            }
        }
    }

    private static HttpServer.Roles process() {
        return new HttpServer.Roles(
                role,
                null,
                new FileSnapshotStore(config.modelStorePath()),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                null);
    }

    private static int withAuthorization(Asker stranger, String header) throws Exception {
        return stranger.ask("GET", "/openapi.json", new byte[0], Map.of("Authorization", header))
                .status();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    @Test
    void shouldRefuseChangesWhenAnotherSitesPageSendsThem() throws Exception {
        for (Map<String, String> headers : List.of(
                Map.of("Origin", "http://evil.example"),
                Map.of("Origin", "null"),
                Map.of("Sec-Fetch-Site", "cross-site"),
                Map.of("Sec-Fetch-Site", "same-site"))) {
            assertThat(asker.ask("POST", "/v1/model/resume", new byte[0], headers)
                            .status())
                    .as("%s", headers)
                    .isEqualTo(403);
            assertThat(asker.ask("GET", "/v1/model", new byte[0], headers).status())
                    .isEqualTo(200);
        }
        String own = "http://127.0.0.1:" + config.http().port();
        assertThat(asker.ask("POST", "/v1/model/resume", new byte[0], Map.of("Origin", own))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void shouldCountRequestsByRouteWhenPrometheusAsks() throws Exception {
        asker.get("/health/live");

        Answer answer = asker.get("/metrics");

        assertThat(answer.header("Content-Type")).startsWith("text/plain; version=0.0.4");
        assertThat(answer.text())
                .contains("freshet_http_requests_seconds_count{route=\"GET /health/live\",status=\"200\"}")
                .contains("freshet_clicks_accepted_total")
                .contains("freshet_ready")
                .contains("jvm_memory_used_bytes");
    }

    @Test
    void shouldServeOnlyTheMetricsThatAreNamed() throws Exception {
        String named = asker.get("/metrics?name%5B%5D=freshet_clicks_accepted_total&name%5B%5D=freshet_ready")
                .text();

        assertThat(named.lines().filter(line -> !line.startsWith("#")))
                .hasSizeGreaterThan(1)
                .allMatch(line -> line.matches("freshet_(clicks_accepted_total|ready)[ {].*"));
        assertThat(named).contains("\nfreshet_clicks_accepted_total").contains("\nfreshet_ready");
    }

    @Test
    void shouldSendTheHistoryAndThenEachSecondWhenAStreamIsOpened() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(config.http().url() + "v1/events"))
                .build();
        HttpClient client = HttpClient.newHttpClient();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                client.send(request, BodyHandlers.ofInputStream()).body(), UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("event: history");
            assertThat(lines.readLine()).startsWith("data: {\"at\":");
            for (int second = 0; second < 2; second++) {
                assertThat(lines.readLine()).isEmpty();
                assertThat(lines.readLine()).isEqualTo("event: figures");
                assertThat(lines.readLine()).contains("\"clicks_per_second\":");
            }
        } finally {
            client.shutdownNow();
        }
    }

    @Test
    void shouldDescribeEveryRouteAndNoOtherWhenAskedForOpenApi() throws Exception {
        JsonNode paths = asker.get("/openapi.json").json().path("paths");

        List<String> described = paths.properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .map(method -> method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey()))
                .toList();

        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(server.routes().stream()
                        .filter(route -> route.operation() != null)
                        .map(route -> route.method().name() + " " + route.path())
                        .toList());
    }

    @Test
    void shouldAnswerAsDescribed() throws Exception {
        JsonNode description = asker.get("/openapi.json").json();
        AnswerSchemas schemas = new AnswerSchemas(description);
        asker.post("/v1/clicks", click("fay", "tea", System.currentTimeMillis()));
        awaitSequence("fay");
        for (Route route : server.routes()) {
            if (route.operation() == null || route.path().equals(EventStreams.PATH)) {
                continue;
            }
            String method = route.method().name();
            String path = route.path().replace("{id}", "fay");
            Answer answer = method.equals("POST")
                    ? asker.post(path, bodyFor(path))
                    : asker.ask(method, path, new byte[0], Map.of());
            JsonNode responses = description
                    .path("paths")
                    .path(route.path())
                    .path(method.toLowerCase(Locale.ROOT))
                    .path("responses");
            JsonNode response = responses.path(Integer.toString(answer.status()));
            assertThat(response).as("%s %s: %s", method, path, answer.text()).isNotEmpty();
            if (answer.header("Content-Type").contains("json")) {
                assertThat(schemas.violations(response, answer.text()))
                        .as("%s %s: %s", method, path, answer.text())
                        .isEmpty();
            }
        }
    }

    private static String bodyFor(String path) {
        return switch (path) {
            case "/v1/clicks" -> "[" + click("fay", "jam", System.currentTimeMillis()) + ",{}]";
            case "/v1/recommendations" -> "{\"user_id\": \"fay\", \"k\": 3}";
            case "/v1/model/rollback" -> "{\"version\": \"000000000001-000000000000\"}";
            default -> "";
        };
    }

    @Test
    void shouldDescribeItsTopicsWhenAskedForAsyncApi() throws Exception {
        JsonNode description = asker.get("/asyncapi.json").json();

        assertThat(description.at("/channels/clicks/address").asText()).isEqualTo(config.get(TopicKeys.CLICKS));
        assertThat(description
                        .at("/components/schemas/RecommendationRequest/properties/k/maximum")
                        .asInt())
                .isEqualTo(config.get(ScoringKeys.MAX_K));
    }

    @Test
    void shouldDescribeTheLimitsThatAreConfigured() throws Exception {
        JsonNode description = asker.get("/openapi.json").json();

        assertThat(description
                        .at("/paths/~1v1~1clicks/post/requestBody/content/application~1json/schema/oneOf/1/maxItems")
                        .asInt())
                .isEqualTo(3_000);
        assertThat(description
                        .at("/components/schemas/Request/properties/k/maximum")
                        .asInt())
                .isEqualTo(config.get(ScoringKeys.MAX_K));
    }

    @Test
    void shouldRefuseToStartWhenThePortIsTaken() {
        assertThatThrownBy(() -> HttpServer.start(config, process()).close())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(Integer.toString(config.http().port()));
    }

    private static String click(String user, String item, long timestampMs) {
        return "{\"user_id\": \"%s\", \"item_id\": \"%s\", \"timestamp\": %d}".formatted(user, item, timestampMs);
    }
}
