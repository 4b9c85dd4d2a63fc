package io.freshet.service.sequencer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.output.OriginHeaders;
import io.freshet.service.output.Outputs;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.store.sequence.UserSequence;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sequencer with each format of clicks. JSON is written with single quotes for readability. */
@SuppressWarnings("NullAway.Init") // each test calls open first
final class ClickFormatsTopologyTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final String TIME = "2023-11-14T22:13:20Z";
    private static final Click CLICK = new Click("u", "a", NOW, "view", "e1");

    @TempDir
    Path stateDir;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final BoundedRocksDb.Memory memory = new BoundedRocksDb.Memory(4 << 20, 2 << 20);
    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> clicks;
    private TestOutputTopic<byte[], byte[]> rekeyed;
    private TestOutputTopic<byte[], byte[]> sequences;
    private TestOutputTopic<byte[], byte[]> deadLetters;

    @AfterEach
    void closeDriver() {
        driver.close();
        memory.close();
    }

    @Test
    void shouldSequenceAClickInFreshetsOwnJson() {
        open();
        assertSequenced(
                CLICK,
                "{'user_id':'u','item_id':'a','timestamp':1700000000000,'event_type':'view','event_id':'e1'}",
                new RecordHeaders());
        assertThat(rekeyed.readRecord().value())
                .isEqualTo(json("{'user_id':'u','item_id':'a','timestamp':"
                        + "1700000000000,'event_type':'view','event_id':'e1'}"));
    }

    @Test
    void shouldSequenceAClickInJsonWithAFieldMap() {
        open(
                "clicks.field.user", "payload.customer.id",
                "clicks.field.item", "/payload/sku",
                "clicks.field.time", "sent",
                "clicks.field.type", "kind",
                "clicks.field.id", "uuid",
                "clicks.time.unit", "s");
        assertSequenced(
                CLICK,
                "{'kind':'view','uuid':'e1','sent':1700000000,'payload':{'customer':{'id':'u'},'sku':'a'}}",
                new RecordHeaders());
    }

    @Test
    void shouldSequenceACloudEventInStructuredMode() {
        open("clicks.format", "cloudevents");
        assertSequenced(
                new Click("u", "a", NOW, "view", "/web e1"),
                "{'specversion':'1.0','id':'e1','source':'/web','type':'view','time':'" + TIME
                        + "','data':{'user_id':'u','item_id':'a'}}",
                headers("content-type", "application/cloudevents+json"));
    }

    @Test
    void shouldSequenceACloudEventInBinaryMode() {
        open("clicks.format", "cloudevents");
        assertSequenced(
                new Click("u", "a", NOW, "view", "/web e1"),
                "{'user_id':'u','item_id':'a'}",
                headers(
                        "ce_specversion", "1.0",
                        "ce_id", "e1",
                        "ce_source", "/web",
                        "ce_type", "view",
                        "ce_time", TIME));
    }

    @Test
    void shouldSequenceTheRowOfADebeziumChange() {
        open("clicks.format", "debezium", "clicks.time.unit", "us");
        assertSequenced(
                CLICK,
                "{'before':null,'after':{'user_id':'u','item_id':'a','timestamp':1700000000000000,'event_type':'view',"
                        + "'event_id':'e1'},'source':{'table':'clicks'},'op':'c'}",
                new RecordHeaders());
    }

    @Test
    void shouldSequenceThePayloadOfAConnectEnvelope() {
        open("clicks.format", "connect");
        assertSequenced(
                CLICK,
                "{'schema':{'type':'struct'},'payload':{'user_id':'u','item_id':'a','timestamp':1700000000000,"
                        + "'event_type':'view','event_id':'e1'}}",
                new RecordHeaders());
    }

    @Test
    void shouldSkipAndCountDeletedRowsAndTheirTombstones() {
        open("clicks.format", "debezium");
        pipe("u", "{'op':'c','after':{'user_id':'u','item_id':'a','timestamp':1700000000000}}", new RecordHeaders());
        pipe("u", "{'op':'d','before':{'user_id':'u'},'after':null}", new RecordHeaders());
        pipe("u", null, new RecordHeaders());

        assertThat(sequences.readValuesToList()).hasSize(1);
        assertThat(deadLetters.isEmpty()).isTrue();
        assertThat(registry.counter("freshet.clicks.skipped").count()).isEqualTo(2);
        assertThat(registry.counter("freshet.users.erased").count()).isZero();
    }

    @Test
    void shouldReadAMarkedRecordAsFreshetsOwnWhateverTheFormat() {
        open("clicks.format", "debezium");
        Headers own = new RecordHeaders();
        ClickFormat.markAsOwn(own);
        clicks.pipeInput(new TestRecord<>(bytes("u"), ClickCodec.toJson(CLICK), own, Instant.ofEpochMilli(NOW)));
        clicks.pipeInput(new TestRecord<>(bytes("u"), null, own, Instant.ofEpochMilli(NOW)));

        assertThat(sequences.readValuesToList().stream().map(SequenceUpdateCodec::decode))
                .containsExactly(update(CLICK, 0), SequenceUpdate.erasure(new ClickOrigin("clicks", 0, 1, NOW)));
        assertThat(registry.counter("freshet.users.erased").count()).isEqualTo(1);
    }

    @Test
    void shouldMakeADeadLetterOfARecordInAnotherFormat() {
        open("clicks.format", "cloudevents");
        byte[] value = ClickCodec.toJson(CLICK);
        clicks.pipeInput(new TestRecord<>(bytes("u"), value, new RecordHeaders(), Instant.ofEpochMilli(NOW)));

        TestRecord<byte[], byte[]> letter = deadLetters.readRecord();
        assertThat(letter.value()).isEqualTo(value);
        assertThat(letter.headers().lastHeader(DeadLetterHeaders.REASON).value())
                .isEqualTo(bytes("not-in-format"));
        assertThat(letter.headers().lastHeader(DeadLetterHeaders.DETAIL).value())
                .isEqualTo(bytes("specversion of CloudEvents must be 1.0: there is none"));
        assertThat(letter.headers().lastHeader(OriginHeaders.OFFSET).value()).isEqualTo(bytes("0"));
        assertThat(letter.headers().lastHeader(ClickFormat.HEADER)).isNull();
        assertThat(registry.counter("freshet.clicks.dead.letters", "reason", "not-in-format")
                        .count())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ClickFormat.HEADER})
    void shouldAcceptACorrectedDeadLetterOfFreshetsOwnFormat(String passed) {
        open("clicks.format", "debezium", "records.passed.headers", passed);
        Headers own = new RecordHeaders();
        ClickFormat.markAsOwn(own);
        pipe("u", "{'user_id':'u','item_id':'a'}", own);

        Headers ofLetter = deadLetters.readRecord().headers();
        assertThat(ofLetter.headers(ClickFormat.HEADER)).hasSize(1);
        clicks.pipeInput(new TestRecord<>(bytes("u"), ClickCodec.toJson(CLICK), ofLetter, Instant.ofEpochMilli(NOW)));
        assertThat(sequences.readValuesToList().stream().map(SequenceUpdateCodec::decode))
                .containsExactly(update(CLICK, 1));
    }

    @Test
    void shouldMarkADeadLetterOfARekeyedClickUnlessAllClicksAreInFreshetsOwnFormat() {
        open("clicks.format", "debezium");
        rekeyedInput().pipeInput(bytes("other"), ClickCodec.toJson(CLICK), NOW);
        TestRecord<byte[], byte[]> letter = deadLetters.readRecord();
        assertThat(letter.value()).isEqualTo(ClickCodec.toJson(CLICK));
        assertThat(ClickFormat.isMarkedAsOwn(letter.headers())).isTrue();

        driver.close();
        open();
        rekeyedInput().pipeInput(bytes("other"), ClickCodec.toJson(CLICK), NOW);
        assertThat(deadLetters.readRecord().headers().lastHeader(ClickFormat.HEADER))
                .isNull();
    }

    private TestInputTopic<byte[], byte[]> rekeyedInput() {
        return driver.createInputTopic("clicks-rekeyed", new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * Sends the click twice, first without a key. Both must lead to the same sequence: the first by way of the topic of
     * re-keyed clicks, the second as a duplicate.
     */
    private void assertSequenced(Click click, String value, Headers headers) {
        pipe(null, value, headers);
        pipe("u", value, headers);

        assertThat(sequences.readValuesToList().stream().map(SequenceUpdateCodec::decode))
                .containsExactly(update(click, 0));
        assertThat(deadLetters.isEmpty()).isTrue();
        assertThat(registry.counter("freshet.clicks.rekeyed").count()).isEqualTo(1);
        assertThat(registry.counter("freshet.clicks.duplicates").count()).isEqualTo(1);
    }

    private static SequenceUpdate update(Click click, long offset) {
        return new SequenceUpdate(
                new UserSequence(List.of(Interaction.of(click))),
                List.of(0),
                new ClickOrigin("clicks", 0, offset, NOW));
    }

    private void pipe(@Nullable String key, @Nullable String value, Headers headers) {
        clicks.pipeInput(new TestRecord<>(
                key == null ? null : bytes(key),
                value == null ? null : json(value),
                headers,
                Instant.ofEpochMilli(NOW)));
    }

    private void open(String... settings) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        FreshetConfig config = FreshetConfig.of(all);
        Map<String, Object> properties = new HashMap<>();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "formats-test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        memory.shareThrough(properties);
        StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(properties)));
        Outputs outputs = Outputs.of(config, registry, () -> Instant.ofEpochMilli(NOW));
        SequencerTopology.addTo(builder, config, outputs, new SequencerMetrics(registry));
        Properties driverProperties = new Properties();
        driverProperties.putAll(properties);
        driver = new TopologyTestDriver(builder.build(), driverProperties);
        clicks = driver.createInputTopic("clicks", new ByteArraySerializer(), new ByteArraySerializer());
        rekeyed = output("clicks-rekeyed");
        sequences = output("sequences");
        deadLetters = output("dead-letters");
    }

    private TestOutputTopic<byte[], byte[]> output(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static Headers headers(String... texts) {
        RecordHeaders headers = new RecordHeaders();
        for (int i = 0; i < texts.length; i += 2) {
            headers.add(texts[i], bytes(texts[i + 1]));
        }
        return headers;
    }

    private static byte[] json(String text) {
        return bytes(text.replace('\'', '"'));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
