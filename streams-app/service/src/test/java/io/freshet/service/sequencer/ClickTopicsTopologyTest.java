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
import io.freshet.store.sequence.EventIdHash;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
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
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sequencer with two topics of clicks: {@code web} in Freshet's own JSON, and {@code purchases} with rows of Debezium that
 * have no type. JSON is written with single quotes for readability.
 */
@SuppressWarnings("NullAway.Init") // JUnit calls open before each test.
final class ClickTopicsTopologyTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final Map<String, String> SETTINGS = Map.of(
            "topics.clicks", "web, purchases",
            "clicks.format.purchases", "debezium",
            "clicks.field.user.purchases", "customer",
            "clicks.field.item.purchases", "product",
            "clicks.field.time.purchases", "at",
            "clicks.field.id.purchases", "id",
            "clicks.time.unit.purchases", "s",
            "clicks.type.purchases", "purchase");

    @TempDir
    Path stateDir;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final BoundedRocksDb.Memory memory = new BoundedRocksDb.Memory(4 << 20, 2 << 20);
    private Topology topology;
    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> web;
    private TestInputTopic<byte[], byte[]> purchases;
    private TestOutputTopic<byte[], byte[]> sequences;
    private TestOutputTopic<byte[], byte[]> deadLetters;

    @BeforeEach
    void open() {
        FreshetConfig config = FreshetConfig.of(SETTINGS);
        Map<String, Object> properties = new HashMap<>();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "topics-test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        memory.shareThrough(properties);
        StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(properties)));
        Outputs outputs = Outputs.of(config, registry, () -> Instant.ofEpochMilli(NOW));
        SequencerTopology.addTo(builder, config, outputs, new SequencerMetrics(registry));
        topology = builder.build();
        Properties driverProperties = new Properties();
        driverProperties.putAll(properties);
        driver = new TopologyTestDriver(topology, driverProperties);
        web = input("web");
        purchases = input("purchases");
        sequences = output("sequences");
        deadLetters = output("dead-letters");
    }

    @AfterEach
    void closeDriver() {
        driver.close();
        memory.close();
    }

    @Test
    void shouldReadAllTopicsInOneSource() {
        assertThat(topology.describe().toString())
                .contains("Source: clicks-source (topics: [web, purchases, clicks-rekeyed])");
    }

    @Test
    void shouldMakeOneSequenceOfTheClicksOfBothTopics() {
        web("u", click("u", "a", NOW - 9_000, "view", null));
        purchase("u", "c", "'id':1,'customer':'u','product':'b','at':1699999995");
        web("u", click("u", "c", NOW - 7_000, "view", null));

        List<SequenceUpdate> updates = updates();
        assertThat(updates.getLast().sequence().interactions())
                .extracting(Interaction::itemId)
                .containsExactly("a", "c", "b");
        assertThat(updates.getLast().sequence().interactions())
                .extracting(Interaction::eventType)
                .containsExactly("view", "view", "purchase");
        assertThat(updates)
                .extracting(SequenceUpdate::cause)
                .containsExactly(
                        new ClickOrigin("web", 0, 0, NOW),
                        new ClickOrigin("purchases", 0, 0, NOW),
                        new ClickOrigin("web", 0, 1, NOW));
    }

    /** Both topics number their events from 1, and one of the records has to be re-keyed. */
    @Test
    void shouldDropAnIdThatIsRepeatedOnItsTopicAndNotOneOfAnotherTopic() {
        web("u", click("u", "a", NOW - 3_000, null, "17"));
        web(null, click("u", "a", NOW - 2_000, null, "17"));
        purchase("17", "c", "'id':17,'customer':'u','product':'b','at':1699999999");
        purchase("u", "u", "'id':17,'customer':'u','product':'b','at':1699999998");
        purchase("u", "c", "'id':18,'customer':'u','product':'c','at':1699999999");

        assertThat(updates().getLast().sequence().interactions())
                .extracting(Interaction::itemId)
                .containsExactly("a", "b", "c");
        assertThat(registry.counter("freshet.clicks.duplicates").count()).isEqualTo(2);
        assertThat(registry.counter("freshet.clicks.rekeyed").count()).isEqualTo(2);
        assertThat(deadLetters.isEmpty()).isTrue();
    }

    /** A topic can be added to a system that has sequences. */
    @Test
    void shouldKeepTheIdsOfTheFirstTopicAsTheyAreWithOneTopic() {
        web("u", click("u", "a", NOW, null, "17"));
        purchase("u", "c", "'id':17,'customer':'u','product':'b','at':1700000000");

        assertThat(updates().getLast().sequence().interactions())
                .extracting(Interaction::eventIdHash)
                .containsExactly(EventIdHash.of("17"), EventIdHash.of("purchases\n17"));
    }

    @Test
    void shouldNameTheTopicOfADeadLetterAndMarkItOnlyIfItsTopicHasAnotherFormat() {
        web("u", "{}");
        purchase("u", "x", "");
        Headers own = new RecordHeaders();
        ClickFormat.markAsOwn(own);
        purchases.pipeInput(new TestRecord<>(bytes("u"), bytes("{}"), own, Instant.ofEpochMilli(NOW)));

        List<TestRecord<byte[], byte[]>> letters = deadLetters.readRecordsToList();
        assertThat(letters)
                .extracting(letter -> header(letter, OriginHeaders.TOPIC) + " " + header(letter, OriginHeaders.OFFSET)
                        + " " + header(letter, DeadLetterHeaders.REASON))
                .containsExactly("web 0 missing-user-id", "purchases 0 not-in-format", "purchases 1 missing-user-id");
        assertThat(letters)
                .extracting(letter -> ClickFormat.isMarkedAsOwn(letter.headers()))
                .containsExactly(false, false, true);
    }

    @Test
    void shouldReadAMarkedRecordWithItsOwnTypeOnEachTopic() {
        Headers own = new RecordHeaders();
        ClickFormat.markAsOwn(own);
        byte[] value = bytes(click("u", "a", NOW, "view", null));
        purchases.pipeInput(new TestRecord<>(bytes("u"), value, own, Instant.ofEpochMilli(NOW)));

        assertThat(updates().getLast().sequence().interactions())
                .extracting(Interaction::eventType)
                .containsExactly("view");
    }

    @Test
    void shouldEraseAUserOfBothTopicsByATombstoneWhoseFormatHasOne() {
        purchase("u", "c", "'id':17,'customer':'u','product':'b','at':1700000000");
        purchases.pipeInput(new TestRecord<>(bytes("u"), null, new RecordHeaders(), Instant.ofEpochMilli(NOW)));
        assertThat(registry.counter("freshet.users.erased").count()).isZero();

        web.pipeInput(new TestRecord<>(bytes("u"), null, new RecordHeaders(), Instant.ofEpochMilli(NOW)));
        assertThat(updates().getLast()).isEqualTo(SequenceUpdate.erasure(new ClickOrigin("web", 0, 0, NOW)));
        assertThat(driver.getKeyValueStore(SequencerTopology.USER_SEQUENCES).get(bytes("u")))
                .isNull();
    }

    private void web(@Nullable String key, String json) {
        web.pipeInput(new TestRecord<>(
                key == null ? null : bytes(key), bytes(json), new RecordHeaders(), Instant.ofEpochMilli(NOW)));
    }

    private void purchase(String key, String operation, String row) {
        String change = "{'op':'" + operation + "','after':{" + row + "}}";
        purchases.pipeInput(new TestRecord<>(
                bytes(key), bytes(change.replace('\'', '"')), new RecordHeaders(), Instant.ofEpochMilli(NOW)));
    }

    private List<SequenceUpdate> updates() {
        return sequences.readValuesToList().stream()
                .map(SequenceUpdateCodec::decode)
                .toList();
    }

    private TestInputTopic<byte[], byte[]> input(String topic) {
        return driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private TestOutputTopic<byte[], byte[]> output(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static String click(String user, String item, long timeMs, @Nullable String type, @Nullable String id) {
        return new String(ClickCodec.toJson(new Click(user, item, timeMs, type, id)), UTF_8);
    }

    private static String header(TestRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
