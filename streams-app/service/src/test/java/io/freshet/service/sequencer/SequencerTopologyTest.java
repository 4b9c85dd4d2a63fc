package io.freshet.service.sequencer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.SequencerKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.output.ImportMark;
import io.freshet.service.output.OriginHeaders;
import io.freshet.service.output.Outputs;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.store.sequence.UserSequence;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // JUnit calls openDriver before each test.
final class SequencerTopologyTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final FreshetConfig CONFIG = FreshetConfig.of(Map.of(
            "sequencer.window", "3",
            "sequencer.idle.retention.ms", "864000000",
            "sequencer.expiry.slice", "2"));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private long wallClockMs = NOW + Duration.ofHours(1).toMillis();
    private BoundedRocksDb.Memory memory;
    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> clicks;
    private TestInputTopic<byte[], byte[]> rekeyed;
    private TestOutputTopic<byte[], byte[]> rekeyedOut;
    private TestOutputTopic<byte[], byte[]> sequences;
    private TestOutputTopic<byte[], byte[]> deadLetters;

    @BeforeEach
    void openDriver(@TempDir Path stateDir) {
        memory = new BoundedRocksDb.Memory(4 << 20, 2 << 20);
        Map<String, Object> properties = new HashMap<>();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "sequencer-test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        memory.shareThrough(properties);
        StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(properties)));
        Outputs outputs = Outputs.of(CONFIG, registry, () -> Instant.ofEpochMilli(wallClockMs));
        SequencerTopology.addTo(builder, CONFIG, outputs, new SequencerMetrics(registry));
        Properties driverProperties = new Properties();
        driverProperties.putAll(properties);
        driver = new TopologyTestDriver(builder.build(), driverProperties);
        clicks = input(CONFIG.get(TopicKeys.CLICKS));
        rekeyed = input(CONFIG.get(TopicKeys.CLICKS_REKEYED));
        rekeyedOut = output(CONFIG.get(TopicKeys.CLICKS_REKEYED));
        sequences = output(CONFIG.get(TopicKeys.SEQUENCES));
        deadLetters = output(CONFIG.get(TopicKeys.DEAD_LETTERS));
    }

    @AfterEach
    void closeDriver() {
        driver.close();
        memory.close();
    }

    @Test
    void shouldEmitTheSequenceWithItsCauseWhenAClickComes() {
        click("u", "a", NOW);
        click("u", "b", NOW + 5);

        assertThat(updates())
                .containsExactly(
                        new SequenceUpdate(sequence(at("a", NOW)), List.of(0), origin(0, NOW)),
                        new SequenceUpdate(sequence(at("a", NOW), at("b", NOW + 5)), List.of(1), origin(1, NOW + 5)));
        assertThat(counter("freshet.clicks.accepted")).isEqualTo(2);
    }

    @Test
    void shouldKeepUsersApartWhenTheirClicksMix() {
        click("u", "a", NOW);
        click("v", "b", NOW);

        assertThat(sequences.readKeyValuesToList())
                .extracting(pair -> new String(pair.key, UTF_8))
                .containsExactly("u", "v");
        assertThat(stored("u")).isEqualTo(sequence(at("a", NOW)));
        assertThat(stored("v")).isEqualTo(sequence(at("b", NOW)));
    }

    @Test
    void shouldPutALateClickInItsPlaceAndCountIt() {
        click("u", "a", NOW);
        click("u", "c", NOW + 10);
        click("u", "b", NOW + 5);

        assertThat(updates().getLast().sequence())
                .isEqualTo(sequence(at("a", NOW), at("b", NOW + 5), at("c", NOW + 10)));
        assertThat(outcomes("late")).isEqualTo(1);
        assertThat(counter("freshet.clicks.late")).isEqualTo(1);
    }

    @Test
    void shouldEmitNothingWhenAClickIsADuplicate() {
        click("u", "a", NOW);
        click("u", "a", NOW);

        assertThat(updates()).hasSize(1);
        assertThat(outcomes("duplicate")).isEqualTo(1);
        assertThat(counter("freshet.clicks.duplicates")).isEqualTo(1);
    }

    @Test
    void shouldEmitNothingWhenAClickIsOlderThanAFullWindow() {
        click("u", "a", NOW + 1);
        click("u", "b", NOW + 2);
        click("u", "c", NOW + 3);
        click("u", "d", NOW);

        assertThat(updates()).hasSize(3);
        assertThat(outcomes("too-late")).isEqualTo(1);
        assertThat(counter("freshet.clicks.too.late")).isEqualTo(1);
    }

    @Test
    void shouldWriteNoOutcomeWhenClicksComeInOrder() {
        click("u", "a", NOW);
        click("u", "b", NOW + 1);

        assertThat(outcomes("late") + outcomes("duplicate") + outcomes("too-late"))
                .isZero();
    }

    @Test
    void shouldSendAMalformedRecordToTheDeadLettersAsReceived() {
        byte[] key = bytes("u");
        byte[] value = bytes("{\"user_id\": 7");
        clicks.pipeInput(new TestRecord<>(key, value, headers("traceparent", "t1"), NOW));
        click("u", "a", NOW + 1);

        TestRecord<byte[], byte[]> letter = deadLetters.readRecord();
        assertThat(letter.key()).isEqualTo(key);
        assertThat(letter.value()).isEqualTo(value);
        assertThat(letter.timestamp()).isEqualTo(NOW);
        assertThat(texts(letter))
                .containsEntry("traceparent", "t1")
                .containsEntry(DeadLetterHeaders.REASON, "not-json")
                .containsEntry(OriginHeaders.TOPIC, "clicks")
                .containsEntry(OriginHeaders.PARTITION, "0")
                .containsEntry(OriginHeaders.OFFSET, "0")
                .containsEntry(OriginHeaders.TIMESTAMP, Long.toString(NOW))
                .containsKey(DeadLetterHeaders.DETAIL);
        assertThat(updates()).hasSize(1);
        assertThat(registry.counter("freshet.clicks.dead.letters", "reason", "not-json")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void shouldEraseTheUserWhoseTombstoneComes() {
        click("u", "a", NOW);
        click("v", "a", NOW);
        clicks.pipeInput(new TestRecord<>(bytes("u"), null, new RecordHeaders(), NOW + 1));
        click("u", "b", NOW + 2);

        assertThat(sequences.readKeyValuesToList())
                .extracting(pair -> new String(pair.key, UTF_8), pair -> SequenceUpdateCodec.decode(pair.value))
                .endsWith(
                        tuple("u", SequenceUpdate.erasure(origin(2, NOW + 1))),
                        tuple("u", new SequenceUpdate(sequence(at("b", NOW + 2)), List.of(0), origin(3, NOW + 2))));
        assertThat(stored("v")).isEqualTo(sequence(at("a", NOW)));
        assertThat(counter("freshet.users.erased")).isEqualTo(1);
    }

    @Test
    void shouldSendARecordWithNeitherKeyNorValueToTheDeadLetters() {
        clicks.pipeInput(new TestRecord<>(null, null, new RecordHeaders(), NOW));

        TestRecord<byte[], byte[]> letter = deadLetters.readRecord();
        assertThat(letter.value()).isNull();
        assertThat(texts(letter)).containsEntry(DeadLetterHeaders.REASON, "no-value");
    }

    @Test
    void shouldRefuseAClickWhenItsTimeIsTooFarAhead() {
        long bound = CONFIG.get(SequencerKeys.FUTURE_BOUND).toMillis();
        clicks.pipeInput(new TestRecord<>(bytes("u"), json("u", "a", NOW + bound), new RecordHeaders(), NOW));
        clicks.pipeInput(new TestRecord<>(bytes("u"), json("u", "b", NOW + bound + 1), new RecordHeaders(), NOW));

        assertThat(updates()).hasSize(1);
        assertThat(texts(deadLetters.readRecord()))
                .containsEntry(DeadLetterHeaders.REASON, "timestamp-in-the-future")
                .containsEntry(OriginHeaders.OFFSET, "1");
    }

    @Test
    void shouldRefuseAClickWhenItsTimeIsBeforeAllAndSayWhenItIsInSeconds() {
        long earliest = CONFIG.get(SequencerKeys.EARLIEST_CLICK).toEpochMilli();
        clicks.pipeInput(new TestRecord<>(bytes("u"), json("u", "a", earliest), new RecordHeaders(), NOW));
        clicks.pipeInput(new TestRecord<>(bytes("u"), json("u", "b", earliest - 1), new RecordHeaders(), NOW));
        clicks.pipeInput(new TestRecord<>(bytes("u"), json("u", "c", NOW / 1_000), new RecordHeaders(), NOW));

        assertThat(updates()).hasSize(1);
        assertThat(texts(deadLetters.readRecord()))
                .containsEntry(DeadLetterHeaders.REASON, "timestamp-too-old")
                .containsEntry(
                        DeadLetterHeaders.DETAIL,
                        "timestamp must be in milliseconds since 1970, and not before 2000-01-01T00:00:00Z:"
                                + " timestamp=946684799999");
        assertThat(texts(deadLetters.readRecord()))
                .containsEntry(DeadLetterHeaders.REASON, "timestamp-too-old")
                .containsEntry(
                        DeadLetterHeaders.DETAIL,
                        "timestamp must be in milliseconds since 1970, and not before 2000-01-01T00:00:00Z:"
                                + " timestamp=1700000000. If it is in seconds, multiply it by 1000, which gives"
                                + " 2023-11-14T22:13:20Z");
    }

    @Test
    void shouldRekeyAClickWhenItHasNoKeyAndKeepItsOrigin() {
        clicks.pipeInput(new TestRecord<>(null, json("u", "a", NOW), headers("traceparent", "t1"), NOW + 7));

        TestRecord<byte[], byte[]> passedOn = rekeyedOut.readRecord();
        assertThat(passedOn.key()).isEqualTo(bytes("u"));
        assertThat(passedOn.value()).isEqualTo(json("u", "a", NOW));
        assertThat(texts(passedOn)).containsEntry("traceparent", "t1").containsEntry(OriginHeaders.TOPIC, "clicks");
        // The driver feeds records written to a source topic back in.
        TestRecord<byte[], byte[]> update = sequences.readRecord();
        assertThat(SequenceUpdateCodec.decode(update.value()))
                .isEqualTo(new SequenceUpdate(sequence(at("a", NOW)), List.of(0), origin(0, NOW + 7)));
        assertThat(texts(update)).containsOnly(Map.entry("traceparent", "t1"));
        assertThat(counter("freshet.clicks.rekeyed")).isEqualTo(1);
    }

    @Test
    void shouldRekeyAClickWhenItsKeyIsAnothers() {
        clicks.pipeInput(bytes("v"), json("u", "a", NOW), NOW);

        assertThat(rekeyedOut.readKeyValue().key).isEqualTo(bytes("u"));
        assertThat(stored("u")).isEqualTo(sequence(at("a", NOW)));
        assertThat(stored("v")).isNull();
    }

    @Test
    void shouldRefuseARekeyedClickWhenItsKeyIsStillAnothers() {
        RecordHeaders headers = new RecordHeaders();
        OriginHeaders.write(headers, new ClickOrigin("elsewhere", 3, 99, NOW - 5));
        rekeyed.pipeInput(new TestRecord<>(bytes("v"), json("u", "a", NOW), headers, NOW));

        assertThat(rekeyedOut.isEmpty()).isTrue();
        assertThat(texts(deadLetters.readRecord()))
                .containsEntry(DeadLetterHeaders.REASON, "key-is-not-the-user")
                .containsEntry(OriginHeaders.TOPIC, "elsewhere")
                .containsEntry(OriginHeaders.PARTITION, "3")
                .containsEntry(OriginHeaders.OFFSET, "99")
                .containsEntry(OriginHeaders.TIMESTAMP, Long.toString(NOW - 5));
    }

    @Test
    void shouldNotBelieveOriginHeadersWhenTheRecordIsAClickItself() {
        RecordHeaders headers = new RecordHeaders();
        OriginHeaders.write(headers, new ClickOrigin("elsewhere", 3, 99, NOW - 5));
        clicks.pipeInput(new TestRecord<>(bytes("u"), json("u", "a", NOW), headers, NOW));

        assertThat(updates().getFirst().cause()).isEqualTo(origin(0, NOW));
    }

    @Test
    void shouldForgetUsersWhenTheyAreIdleForLonger() {
        long idle = CONFIG.get(SequencerKeys.IDLE_RETENTION).toMillis();
        for (int user = 0; user < 5; user++) {
            click("idle-" + user, "a", NOW);
        }
        click("kept", "a", NOW + 10);
        everybodyElse(NOW + idle + 5);
        // Each second processes one slice of two users, so eight slices cover all of them.
        for (int second = 1; second <= 8; second++) {
            driver.advanceWallClockTime(Duration.ofSeconds(1));
        }

        for (int user = 0; user < 5; user++) {
            assertThat(stored("idle-" + user)).isNull();
        }
        assertThat(stored("kept")).isNotNull();
        assertThat(counter("freshet.users.forgotten")).isEqualTo(5);
    }

    @Test
    void shouldBeginAnewWhenAnIdleUserComesBackBeforeTheSearchCameBy() {
        long idle = CONFIG.get(SequencerKeys.IDLE_RETENTION).toMillis();
        click("u", "a", NOW);
        everybodyElse(NOW + idle + 1);
        updates();
        click("u", "b", NOW + idle + 1);

        assertThat(updates().getLast().sequence()).isEqualTo(sequence(at("b", NOW + idle + 1)));
    }

    @Test
    void shouldKeepHistoriesWhenOneClickAndItsRecordAreYearsAhead() {
        click("u", "a", NOW);
        everybodyElse(NOW);
        wallClockMs = System.currentTimeMillis();
        long ahead = wallClockMs + Duration.ofDays(3_650).toMillis();
        click("liar", "x", ahead);
        click("u", "b", NOW + 1);
        searchAll();

        assertThat(texts(deadLetters.readRecord())).containsEntry(DeadLetterHeaders.REASON, "timestamp-in-the-future");
        assertThat(stored("u")).isEqualTo(sequence(at("a", NOW), at("b", NOW + 1)));
        assertThat(counter("freshet.users.forgotten")).isZero();
    }

    @Test
    void shouldKeepHistoriesOfAFileOfThePastWhenOneUserClicksToday() {
        long today = System.currentTimeMillis();
        wallClockMs = today;
        click("u", "a", NOW);
        everybodyElse(NOW);
        for (int i = 0; i < 100; i++) {
            click("liar", "x" + i, today + i - 100);
        }
        click("u", "b", NOW + 1);
        searchAll();

        assertThat(stored("u")).isEqualTo(sequence(at("a", NOW), at("b", NOW + 1)));
        assertThat(counter("freshet.users.forgotten")).isZero();
    }

    @Test
    void shouldForgetAsAFileOfThePastGoesOn() {
        wallClockMs = System.currentTimeMillis();
        long start = 1_396_310_400_000L; // in 2014
        long day = Duration.ofDays(1).toMillis();
        click("gone", "a", start);
        for (int i = 0; i < 60; i++) {
            long at = start + i * day;
            clicks.pipeInput(bytes("daily"), json("daily", "d" + i, at), wallClockMs);
            String visitor = "visitor-" + i;
            clicks.pipeInput(bytes(visitor), json(visitor, "v", at), wallClockMs);
        }
        for (int i = 0; i < 4; i++) {
            searchAll();
        }

        assertThat(stored("gone")).isNull();
        assertThat(stored("visitor-0")).isNull();
        assertThat(stored("visitor-59")).isNotNull();
        assertThat(stored("daily"))
                .isEqualTo(sequence(
                        at("d57", start + 57 * day), at("d58", start + 58 * day), at("d59", start + 59 * day)));
    }

    @Test
    void shouldKeepImportedHistoriesForTheRetentionFromTheImportOn() {
        wallClockMs = System.currentTimeMillis();
        long idle = CONFIG.get(SequencerKeys.IDLE_RETENTION).toMillis();
        long imported = wallClockMs;
        importClick("u", "a", NOW);
        importClick("u", "b", NOW + 2 * idle);
        importClick("erased", "a", NOW);
        clicks.pipeInput(new TestRecord<>(bytes("erased"), null, new RecordHeaders(), imported));
        everybodyElse(imported);
        searchAll();

        assertThat(stored("u")).isEqualTo(sequence(at("a", NOW), at("b", NOW + 2 * idle)));
        click("u", "c", imported);
        assertThat(stored("u")).isEqualTo(sequence(at("a", NOW), at("b", NOW + 2 * idle), at("c", imported)));
        assertThat(counter("freshet.clicks.imported")).isEqualTo(3);
        assertThat(counter("freshet.users.forgotten")).isZero();

        importClick("silent", "a", NOW);
        everybodyElse(imported + idle + 1);
        searchAll();
        assertThat(stored("silent")).isNull();
        assertThat(stored("u")).isNull();
        assertThat(entries()).isEqualTo(5);
        // The third is the other user whose click moved the clock, and who began anew.
        assertThat(counter("freshet.users.forgotten")).isEqualTo(3);
    }

    @Test
    void shouldPassTheMarkOfAnImportOnToSequencesAndDeadLetters() {
        importClick("u", "a", NOW);
        clicks.pipeInput(new TestRecord<>(bytes("u"), bytes("?"), headers(ImportMark.HEADER, "one"), NOW));

        assertThat(texts(sequences.readRecord())).containsEntry(ImportMark.HEADER, "one");
        assertThat(texts(deadLetters.readRecord())).containsEntry(ImportMark.HEADER, "one");
        assertThat(counter("freshet.clicks.imported")).isEqualTo(1);
    }

    @Test
    void shouldBuildHistoriesOfOldClicksAmongNewOnes() {
        everybodyElse(NOW);
        long old = NOW - Duration.ofDays(3_650).toMillis();
        click("old", "a", old);
        everybodyElse(NOW + 1);
        click("old", "b", old + 1);

        assertThat(stored("old")).isEqualTo(sequence(at("a", old), at("b", old + 1)));
        assertThat(counter("freshet.users.forgotten")).isZero();
    }

    /** Sends clicks of as many other users as the clock needs to advance. */
    private void everybodyElse(long timestampMs) {
        wallClockMs = Math.max(wallClockMs, timestampMs);
        for (int user = 0; user < 5; user++) {
            click("other-" + user, "o" + timestampMs, timestampMs);
        }
    }

    private void searchAll() {
        for (int second = 0; second < 16; second++) {
            driver.advanceWallClockTime(Duration.ofSeconds(1));
        }
    }

    @Test
    void shouldPassOnNoHeaderThatIsNotMeantTo() {
        RecordHeaders headers = headers("traceparent", "t1");
        headers.add("mine", new byte[1_000_000]);
        clicks.pipeInput(new TestRecord<>(bytes("u"), json("u", "a", NOW), headers, NOW));
        clicks.pipeInput(new TestRecord<>(bytes("u"), bytes("{"), headers, NOW));
        clicks.pipeInput(new TestRecord<>(bytes("v"), json("u", "b", NOW), headers, NOW));

        assertThat(texts(sequences.readRecord())).containsOnlyKeys("traceparent");
        assertThat(texts(deadLetters.readRecord())).containsKey("traceparent").doesNotContainKey("mine");
        assertThat(texts(rekeyedOut.readRecord())).containsKey("traceparent").doesNotContainKey("mine");
    }

    @Test
    void shouldCutADeadLetterThatNoTopicWouldTake() {
        clicks.pipeInput(new TestRecord<>(new byte[1_000_000], new byte[5_000_000], new RecordHeaders(), NOW));

        TestRecord<byte[], byte[]> letter = deadLetters.readRecord();
        assertThat(letter.value()).hasSize(524_288);
        assertThat(letter.key()).hasSize(1_024);
        assertThat(texts(letter))
                .containsEntry(DeadLetterHeaders.REASON, "record-too-large")
                .containsEntry(DeadLetterHeaders.VALUE_LENGTH, "5000000");
    }

    @Test
    void shouldTimeARecordByTheWallClockWhenAnOutputCouldRefuseItsTime() {
        long old = NOW - Duration.ofDays(400).toMillis();
        clicks.pipeInput(new TestRecord<>(bytes("u"), json("u", "a", NOW), new RecordHeaders(), old));
        clicks.pipeInput(new TestRecord<>(bytes("u"), bytes("{"), new RecordHeaders(), 253_402_300_799_999L));

        TestRecord<byte[], byte[]> update = sequences.readRecord();
        assertThat(update.timestamp()).isEqualTo(wallClockMs);
        assertThat(texts(update)).containsOnly(Map.entry("freshet.record.timestamp", Long.toString(old)));
        assertThat(SequenceUpdateCodec.decode(update.value()).cause()).isEqualTo(origin(0, old));
        TestRecord<byte[], byte[]> letter = deadLetters.readRecord();
        assertThat(letter.timestamp()).isEqualTo(wallClockMs);
        assertThat(texts(letter))
                .containsEntry("freshet.record.timestamp", "253402300799999")
                .containsEntry(OriginHeaders.TIMESTAMP, Long.toString(wallClockMs));
    }

    @Test
    void shouldRefuseATombstoneWhoseKeyIsLongerThanAnId() {
        clicks.pipeInput(new TestRecord<>(new byte[257], null, new RecordHeaders(), NOW));

        assertThat(sequences.isEmpty()).isTrue();
        assertThat(texts(deadLetters.readRecord())).containsEntry(DeadLetterHeaders.REASON, "key-too-long");
    }

    private void click(String userId, String itemId, long timestampMs) {
        clicks.pipeInput(bytes(userId), json(userId, itemId, timestampMs), timestampMs);
    }

    private void importClick(String userId, String itemId, long timestampMs) {
        clicks.pipeInput(new TestRecord<>(
                bytes(userId), json(userId, itemId, timestampMs), headers(ImportMark.HEADER, "one"), wallClockMs));
    }

    private int entries() {
        KeyValueStore<byte[], UserSequence> store = driver.getKeyValueStore(SequencerTopology.USER_SEQUENCES);
        int entries = 0;
        try (KeyValueIterator<byte[], UserSequence> all = store.all()) {
            for (; all.hasNext(); all.next()) {
                entries++;
            }
        }
        return entries;
    }

    private List<SequenceUpdate> updates() {
        return sequences.readValuesToList().stream()
                .map(SequenceUpdateCodec::decode)
                .toList();
    }

    private @Nullable UserSequence stored(String userId) {
        KeyValueStore<byte[], UserSequence> store = driver.getKeyValueStore(SequencerTopology.USER_SEQUENCES);
        return store.get(bytes(userId));
    }

    private long outcomes(String code) {
        KeyValueStore<String, Long> store = driver.getKeyValueStore(SequencerTopology.CLICK_OUTCOMES);
        Long count = store.get(code);
        return count == null ? 0 : count;
    }

    private double counter(String name) {
        return registry.counter(name).count();
    }

    private TestInputTopic<byte[], byte[]> input(String topic) {
        return driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private TestOutputTopic<byte[], byte[]> output(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static ClickOrigin origin(long offset, long recordTimestampMs) {
        return new ClickOrigin("clicks", 0, offset, recordTimestampMs);
    }

    private static UserSequence sequence(Interaction... interactions) {
        return new UserSequence(List.of(interactions));
    }

    private static Interaction at(String itemId, long timestampMs) {
        return new Interaction(itemId, timestampMs, null, Interaction.NO_EVENT_ID);
    }

    private static byte[] json(String userId, String itemId, long timestampMs) {
        return ClickCodec.toJson(new Click(userId, itemId, timestampMs, null, null));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static RecordHeaders headers(String name, String value) {
        RecordHeaders headers = new RecordHeaders();
        headers.add(name, bytes(value));
        return headers;
    }

    private static Map<String, String> texts(TestRecord<byte[], byte[]> record) {
        Map<String, String> texts = new HashMap<>();
        for (Header header : record.headers()) {
            texts.put(header.key(), new String(header.value(), UTF_8));
        }
        return texts;
    }
}
