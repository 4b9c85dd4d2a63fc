package io.freshet.service.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.output.OriginHeaders;
import io.freshet.service.output.Outputs;
import io.freshet.service.recommend.Variants;
import io.freshet.service.runtime.FreshetTopology;
import io.freshet.service.runtime.StreamsProperties;
import io.freshet.service.sequencer.BoundedRocksDb;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.serving.ServedModel;
import io.freshet.service.serving.TinyModels;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests beside clicks, with a catalogue. */
final class RequestsTopologyTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final InstantSource AT_NOW = InstantSource.fixed(Instant.ofEpochMilli(NOW));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AdvancingClock clock = new AdvancingClock();
    private final LiveModel live = new LiveModel(clock, registry);
    private final BoundedRocksDb.Memory memory = new BoundedRocksDb.Memory(4 << 20, 2 << 20);
    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> clicks;
    private TestInputTopic<byte[], byte[]> requests;
    private TestInputTopic<byte[], byte[]> items;
    private TestOutputTopic<byte[], byte[]> recommendations;
    private TestOutputTopic<byte[], byte[]> deadLetters;

    @TempDir
    private Path stateDir;

    @BeforeEach
    void startTopology() {
        FreshetConfig config = FreshetConfig.of(
                Map.of("state.dir", stateDir.toString(), "items.catalogue", "filter", "explore.share", "0.1"));
        Map<String, Object> properties = StreamsProperties.of(config);
        memory.shareThrough(properties);
        Properties driverProperties = new Properties();
        driverProperties.putAll(properties);
        Variants variants = new Variants(config, Map.of("", live), registry, clock);
        driver = new TopologyTestDriver(
                FreshetTopology.build(config, properties, variants, Outputs.of(config, registry, AT_NOW), registry),
                driverProperties);
        clicks = input("clicks");
        requests = input("recommendation-requests");
        items = input("items");
        recommendations = output("recommendations");
        deadLetters = output("dead-letters");
        live.open(new ServedModel(TinyModels.model(4, "a", "b", "c", "d"), 1), "v4");
        for (String item : List.of("a", "b", "c", "d")) {
            item(item, "{\"categories\":[\"" + (item.compareTo("c") < 0 ? "early" : "late") + "\"]}");
        }
    }

    private TestInputTopic<byte[], byte[]> input(String topic) {
        return driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private TestOutputTopic<byte[], byte[]> output(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @AfterEach
    void endTopology() {
        driver.close();
        live.close();
        memory.close();
    }

    @Test
    void shouldAnswerARequestAsTheUsersLastClickWithItsCorrelationId() throws IOException {
        JsonNode clicked = click("anna", "a");

        TestRecord<byte[], byte[]> answer = ask("anna", "{\"user_id\":\"anna\"}", "c-17");
        JsonNode json = json(answer);

        assertThat(json.get("items")).hasSize(3).isEqualTo(clicked.get("items"));
        assertThat(json.get("model")).isEqualTo(clicked.get("model"));
        assertThat(json.get("user_id").textValue()).isEqualTo("anna");
        assertThat(json.get("cause").get("topic").textValue()).isEqualTo("recommendation-requests");
        assertThat(answer.key()).isEqualTo("anna".getBytes(UTF_8));
        assertThat(header(answer, "correlation-id")).isEqualTo("c-17");
        assertThat(answered()).isEqualTo(1);
    }

    @Test
    void shouldAnswerAHistoryUnderACorrelationIdOrItsPlaceWhereThereIsNoKey() throws IOException {
        JsonNode clicked = click("anna", "a");

        TestRecord<byte[], byte[]> named = ask(null, "{\"history\":[\"a\"]}", "c-18");
        TestRecord<byte[], byte[]> nameless = ask(null, "{\"history\":[\"a\"]}", null);
        TestRecord<byte[], byte[]> keyed = ask("basket-1", "{\"history\":[\"a\"],\"k\":1}", null);

        assertThat(json(named).get("items")).isEqualTo(clicked.get("items"));
        assertThat(json(named).has("user_id")).isFalse();
        assertThat(named.key()).isEqualTo("c-18".getBytes(UTF_8));
        assertThat(nameless.key()).isEqualTo("recommendation-requests-0-1".getBytes(UTF_8));
        assertThat(json(keyed).get("items")).hasSize(1);
        assertThat(keyed.key()).isEqualTo("basket-1".getBytes(UTF_8));
    }

    @Test
    void shouldBringARequestUnderAnotherKeyToItsUser() throws IOException {
        JsonNode clicked = click("anna", "a");

        TestRecord<byte[], byte[]> answer = ask("request-1", "{\"user_id\":\"anna\"}", "c-19");

        assertThat(json(answer).get("items")).isEqualTo(clicked.get("items"));
        assertThat(json(answer).get("cause").get("offset").longValue()).isZero();
        assertThat(answer.key()).isEqualTo("anna".getBytes(UTF_8));
        assertThat(header(answer, "correlation-id")).isEqualTo("c-19");
        assertThat(answer.headers().lastHeader(OriginHeaders.TOPIC)).isNull();
        assertThat(recommendations.isEmpty()).isTrue();
    }

    @Test
    void shouldApplyEveryFilterOfARequest() throws IOException {
        click("anna", "a");

        assertThat(answered("{\"user_id\":\"anna\",\"exclude\":[\"b\",\"d\"]}")).containsExactly("c");
        assertThat(answered("{\"user_id\":\"anna\",\"include_only\":[\"a\",\"d\",\"x\"]}"))
                .containsExactly("d");
        assertThat(answered("{\"user_id\":\"anna\",\"categories\":[\"late\"]}")).containsExactlyInAnyOrder("c", "d");
        assertThat(answered("{\"user_id\":\"anna\",\"max_per_category\":1}"))
                .hasSize(2)
                .contains("b");
        assertThat(answered("{\"user_id\":\"anna\",\"min_score\":1}")).isEmpty();
    }

    @Test
    void shouldAnswerAnUnknownUserWithWhatIsPopular() throws IOException {
        click("anna", "a");
        click("bert", "b");
        click("carl", "b");
        driver.advanceWallClockTime(Duration.ofSeconds(1));

        JsonNode json = json(ask("nobody", "{\"user_id\":\"nobody\"}", null));

        assertThat(json.get("fallback").textValue()).isEqualTo("unknown-user");
        assertThat(json.get("items").toString())
                .isEqualTo("[{\"item_id\":\"b\",\"score\":0.6666667},{\"item_id\":\"a\",\"score\":0.33333334}]");
    }

    @Test
    void shouldFollowTheCatalogueWithTheNextAnswerAndLeaveOutWhatItCannotRead() throws IOException {
        click("anna", "a");

        items.pipeInput("b".getBytes(UTF_8), null, NOW);
        assertThat(answered("{\"user_id\":\"anna\"}")).containsExactlyInAnyOrder("c", "d");
        item("c", "{\"available\":false}");
        assertThat(answered("{\"user_id\":\"anna\"}")).containsExactly("d");
        item("b", "{}");
        item("d", "{\"available\":\"maybe\"}");
        items.pipeInput(null, "{}".getBytes(UTF_8), NOW);
        assertThat(answered("{\"user_id\":\"anna\"}")).containsExactly("b");
        assertThat(registry.get("freshet.catalogue.malformed").counter().count())
                .isEqualTo(2);
        assertThat(registry.get("freshet.catalogue.items").gauge().value()).isEqualTo(3);
    }

    @Test
    void shouldUseItemsWithoutTitlesAndEmbeddingsThatItCannotRead() throws IOException {
        click("anna", "a");

        item("b", "{\"title\":{\"en\":\"Cup\"},\"embedding\":[1,2]}");
        item("c", "{\"title\":\"Cup\",\"embedding\":[1,2]}");
        item("d", "{\"title\":\"Cup\",\"embedding\":[1,2,3]}");

        assertThat(answered("{\"user_id\":\"anna\"}")).containsExactlyInAnyOrder("b", "c", "d");
        assertThat(registry.get("freshet.catalogue.contents.malformed")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("freshet.catalogue.embeddings.ignored").gauge().value())
                .isEqualTo(1);
        assertThat(registry.get("freshet.catalogue.malformed").counter().count())
                .isZero();
    }

    @Test
    void shouldPutWhatCannotBeAnsweredWithTheReasonAmongTheDeadLetters() {
        byte[] bad = "{\"user_id\":\"anna\",\"k\":0}".getBytes(UTF_8);
        requests.pipeInput("anna".getBytes(UTF_8), bad, NOW);
        requests.pipeInput("anna".getBytes(UTF_8), null, NOW);

        TestRecord<byte[], byte[]> refused = deadLetters.readRecord();
        TestRecord<byte[], byte[]> empty = deadLetters.readRecord();

        assertThat(refused.value()).isEqualTo(bad);
        assertThat(header(refused, DeadLetterHeaders.REASON)).isEqualTo("bad-field");
        assertThat(header(refused, DeadLetterHeaders.DETAIL)).isEqualTo("k must be an integer from 1 to 1000: k=0");
        assertThat(header(refused, OriginHeaders.TOPIC)).isEqualTo("recommendation-requests");
        assertThat(header(empty, DeadLetterHeaders.REASON)).isEqualTo("no-value");
        assertThat(recommendations.isEmpty()).isTrue();
        assertThat(registry.get("freshet.requests.dead.letters")
                        .tag("reason", "bad-field")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(answered()).as("answered requests").isZero();
    }

    private long answered() {
        return registry.get("freshet.requests").timer().count();
    }

    @Test
    void shouldNotSendARequestRoundAndRound() {
        RecordHeaders forged = new RecordHeaders();
        forged.add(OriginHeaders.TOPIC, "recommendation-requests".getBytes(UTF_8));
        forged.add(OriginHeaders.PARTITION, "3".getBytes(UTF_8));
        forged.add(OriginHeaders.OFFSET, "7".getBytes(UTF_8));
        forged.add(OriginHeaders.TIMESTAMP, "1".getBytes(UTF_8));

        requests.pipeInput(
                new TestRecord<>("x".getBytes(UTF_8), "{\"user_id\":\"anna\"}".getBytes(UTF_8), forged, NOW));

        assertThat(header(deadLetters.readRecord(), DeadLetterHeaders.REASON)).isEqualTo("key-is-not-the-user");
        assertThat(recommendations.isEmpty()).isTrue();
    }

    private JsonNode click(String user, String item) throws IOException {
        clicks.pipeInput(user.getBytes(UTF_8), ClickCodec.toJson(new Click(user, item, NOW, null, null)), NOW);
        return json(recommendations.readRecord());
    }

    private void item(String itemId, String json) {
        items.pipeInput(itemId.getBytes(UTF_8), json.getBytes(UTF_8), NOW);
    }

    private List<String> answered(String request) throws IOException {
        return json(ask("anna", request, null)).get("items").findValuesAsText("item_id");
    }

    private TestRecord<byte[], byte[]> ask(@Nullable String key, String json, @Nullable String correlationId) {
        RecordHeaders headers = new RecordHeaders();
        if (correlationId != null) {
            headers.add("correlation-id", correlationId.getBytes(UTF_8));
        }
        byte[] keyBytes = key == null ? null : key.getBytes(UTF_8);
        requests.pipeInput(new TestRecord<>(keyBytes, json.getBytes(UTF_8), headers, NOW));
        return recommendations.readRecord();
    }

    private static JsonNode json(TestRecord<byte[], byte[]> record) throws IOException {
        return new ObjectMapper().readTree(record.value());
    }

    private static @Nullable String header(TestRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), UTF_8);
    }
}
