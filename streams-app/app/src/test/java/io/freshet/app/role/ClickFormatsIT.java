package io.freshet.app.role;

import static io.freshet.app.role.RoleOnKafka.TIMEOUT;
import static io.freshet.app.role.RoleOnKafka.header;
import static io.freshet.app.role.RoleOnKafka.read;
import static io.freshet.app.role.RoleOnKafka.send;
import static io.freshet.app.role.RoleOnKafka.started;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.http.HttpServer;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.testkit.broker.Broker;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The streams role on a real broker, with clicks that are not in Freshet's own JSON. Single quotes stand for double ones. */
@Tag(Broker.TAG)
@SuppressWarnings("NullAway.Init") // JUnit calls startBroker before each test.
final class ClickFormatsIT {
    private static final int PARTITIONS = 2;

    @TempDir
    static Path folder;

    private static Broker kafka;

    private final long now = System.currentTimeMillis();

    @BeforeAll
    static void startBroker() throws IOException {
        kafka = Broker.start(folder.resolve("kafka"));
    }

    @AfterAll
    static void stopBroker() {
        if (kafka != null) {
            kafka.close();
        }
    }

    @Test
    void shouldSequenceCloudEventsAndClicksOverHttpOnOneTopic() throws Exception {
        int port = ListenerPorts.free();
        FreshetConfig config =
                config("events", Map.of("clicks.format", "cloudevents", "http.port", Integer.toString(port)));
        TopicSetup.run(config, TIMEOUT);
        try (StreamsRole role = started(config);
                HttpServer server = server(config, role)) {
            assertThat(server).isNotNull();
            Map<String, String> binary = Map.of(
                    "ce_specversion", "1.0",
                    "ce_id", "1",
                    "ce_source", "/web",
                    "ce_type", "view",
                    "ce_time", Instant.ofEpochMilli(now).toString());
            record(config, null, "{'user_id':'u','item_id':'a'}", binary);
            record(config, "u", "{'user_id':'u','item_id':'a'}", binary);
            record(
                    config,
                    "u",
                    "{'specversion':'1.0','id':'2','source':'/web','type':'view','time':'"
                            + Instant.ofEpochMilli(now + 1) + "','data':{'user_id':'u','item_id':'b'}}",
                    Map.of("content-type", "application/cloudevents+json"));
            record(config, "u", "{'user_id':'u','item_id':'x','timestamp':" + now + "}", Map.of());
            String posted = "{\"user_id\":\"u\",\"item_id\":\"c\",\"timestamp\":" + (now + 2) + "}";
            assertThat(Asker.at(port).post("/v1/clicks", posted).status()).isEqualTo(202);

            assertThat(items(read(config, config.get(TopicKeys.SEQUENCES), 3), "u"))
                    .containsExactly("a", "b", "c");
            ConsumerRecord<byte[], byte[]> letter =
                    read(config, config.get(TopicKeys.DEAD_LETTERS), 1).getFirst();
            assertThat(header(letter, DeadLetterHeaders.REASON)).isEqualTo("not-in-format");
        }
    }

    @Test
    void shouldSequenceRowsOfDebeziumAndSkipDeletions() throws Exception {
        FreshetConfig config = config(
                "rows",
                Map.of(
                        "clicks.format", "debezium",
                        "clicks.field.user", "customer",
                        "clicks.field.item", "product",
                        "clicks.field.time", "created_at",
                        "clicks.field.id", "id",
                        "clicks.time.unit", "us"));
        TopicSetup.run(config, TIMEOUT);
        try (StreamsRole role = started(config)) {
            assertThat(role.isAlive()).isTrue();
            String key = "{'id':1}";
            record(
                    config,
                    key,
                    change("c", "{'id':1,'customer':7,'product':'a','created_at':" + now + "000}"),
                    Map.of());
            record(
                    config,
                    key,
                    change("u", "{'id':1,'customer':7,'product':'a','created_at':" + now + "000}"),
                    Map.of());
            record(config, key, change("d", "null"), Map.of());
            record(config, key, null, Map.of());
            record(
                    config,
                    key,
                    change("c", "{'id':2,'customer':7,'product':'b','created_at':" + now + "001}"),
                    Map.of());

            assertThat(items(read(config, config.get(TopicKeys.SEQUENCES), 2), "7"))
                    .containsExactly("a", "b");
            assertThat(read(config, config.get(TopicKeys.CLICKS_REKEYED), 3))
                    .allSatisfy(record -> assertThat(new String(record.value(), UTF_8))
                            .startsWith("{\"user_id\":\"7\",\"item_id\":\""));
        }
    }

    private static String change(String operation, String after) {
        return "{'schema':{},'payload':{'before':null,'after':" + after + ",'op':'" + operation + "'}}";
    }

    private static HttpServer server(FreshetConfig config, StreamsRole role) {
        return HttpServer.start(
                config,
                new HttpServer.Roles(
                        role,
                        null,
                        new FileSnapshotStore(config.modelStorePath()),
                        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                        null));
    }

    private static void record(
            FreshetConfig config, @Nullable String key, @Nullable String value, Map<String, String> headers)
            throws Exception {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(config.get(TopicKeys.CLICKS), bytes(key), bytes(value));
        headers.forEach((name, text) -> record.headers().add(name, text.getBytes(UTF_8)));
        send(config, record);
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.replace('\'', '"').getBytes(UTF_8);
    }

    private static FreshetConfig config(String name, Map<String, String> more) {
        return RoleOnKafka.config(kafka, name, PARTITIONS, folder.resolve(name).resolve("state"), new HashMap<>(more));
    }

    private static List<String> items(List<ConsumerRecord<byte[], byte[]>> sequences, String userId) {
        SequenceUpdate newest = sequences.stream()
                .filter(record -> new String(record.key(), UTF_8).equals(userId))
                .map(record -> SequenceUpdateCodec.decode(record.value()))
                .toList()
                .getLast();
        return newest.sequence().interactions().stream()
                .map(Interaction::itemId)
                .toList();
    }
}
