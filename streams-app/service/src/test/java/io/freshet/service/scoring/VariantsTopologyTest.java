package io.freshet.service.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.output.ImportMark;
import io.freshet.service.output.Outputs;
import io.freshet.service.recommend.Variants;
import io.freshet.service.runtime.FreshetTopology;
import io.freshet.service.runtime.StreamsProperties;
import io.freshet.service.sequencer.BoundedRocksDb;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.serving.ServedModel;
import io.freshet.service.serving.TinyModels;
import io.freshet.service.variant.VariantRouting;
import io.freshet.training.metrics.Accuracy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several variants on the same clicks: the streams role, and standalone scorers behind it. */
final class VariantsTopologyTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final InstantSource AT_NOW = InstantSource.fixed(Instant.ofEpochMilli(NOW));
    private static final String[] ITEMS = {"a", "b", "c", "d", "e", "f"};
    private static final Map<String, String> HALVES =
            Map.of("variants.name", "a", "variants.shares", "a=50,b=50", "scoring.top.k", "3");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final BoundedRocksDb.Memory memory = new BoundedRocksDb.Memory(4 << 20, 2 << 20);
    private final List<Running> opened = new ArrayList<>();

    @TempDir
    private Path stateDir;

    /** A topology with a tiny model for each of its variants, each at a different step. */
    private record Running(TopologyTestDriver driver, Variants variants) implements AutoCloseable {
        List<TestRecord<byte[], byte[]>> read(String topic) {
            TestOutputTopic<byte[], byte[]> output =
                    driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            return output.readRecordsToList();
        }

        List<JsonNode> answers(String topic) {
            return read(topic).stream().map(record -> json(record.value())).toList();
        }

        void pipe(String topic, TestRecord<byte[], byte[]> record) {
            driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer())
                    .pipeInput(record);
        }

        /** Passes on another topology's sequences, as a broker between them would. */
        void follow(List<TestRecord<byte[], byte[]>> sequences) {
            sequences.forEach(record -> pipe("sequences", record));
        }

        @Override
        public void close() {
            driver.close();
            variants.all().forEach(variant -> variant.live().close());
        }
    }

    @AfterEach
    void close() {
        opened.forEach(Running::close);
        memory.close();
    }

    private Running streams(Map<String, String> settings) {
        FreshetConfig config = config(settings);
        Map<String, Object> properties = StreamsProperties.of(config);
        memory.shareThrough(properties);
        Variants variants = variants(config);
        return running(
                new TopologyTestDriver(
                        FreshetTopology.build(
                                config, properties, variants, Outputs.of(config, registry, AT_NOW), registry),
                        driven(properties),
                        Instant.ofEpochMilli(NOW)),
                variants);
    }

    private Running scorer(Map<String, String> settings) {
        FreshetConfig config = config(settings).asScorer();
        Map<String, Object> properties = StreamsProperties.of(config);
        Variants variants = variants(config);
        return running(
                new TopologyTestDriver(
                        FreshetTopology.buildScorer(
                                config, properties, variants, Outputs.withoutDeadLetters(config, registry, AT_NOW)),
                        driven(properties),
                        Instant.ofEpochMilli(NOW)),
                variants);
    }

    private FreshetConfig config(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("state.dir", stateDir.resolve(Integer.toString(opened.size())).toString());
        return FreshetConfig.of(all);
    }

    private static Properties driven(Map<String, Object> properties) {
        Properties driven = new Properties();
        driven.putAll(properties);
        return driven;
    }

    private Variants variants(FreshetConfig config) {
        AdvancingClock clock = new AdvancingClock();
        Map<String, LiveModel> models = new LinkedHashMap<>();
        config.variants().models().forEach((name, modelName) -> {
            LiveModel live = new LiveModel(clock, registry, name);
            live.open(new ServedModel(TinyModels.model(step(name), ITEMS), 1), "v-" + name);
            models.put(name, live);
        });
        return new Variants(config, models, registry, clock);
    }

    private static int step(String variant) {
        return variant.isEmpty() ? 1 : variant.charAt(0);
    }

    private Running running(TopologyTestDriver driver, Variants variants) {
        Running running = new Running(driver, variants);
        opened.add(running);
        return running;
    }

    @Test
    void shouldAnswerEachClickOnceByItsUsersVariantWhenAScorerHasTheOther() {
        Running streams = streams(HALVES);
        Running scorer = scorer(Map.of("variants.name", "b"));
        for (int click = 0; click < 60; click++) {
            click(streams, "user-" + click % 30, ITEMS[click / 30], NOW + click);
        }
        scorer.follow(streams.read("sequences"));

        List<JsonNode> bySelf = streams.answers("recommendations");
        List<JsonNode> byOther = scorer.answers("recommendations");
        assertThat(Stream.concat(bySelf.stream(), byOther.stream()))
                .extracting(answer -> answer.at("/cause/offset").intValue())
                .hasSize(60)
                .doesNotHaveDuplicates();
        assertThat(bySelf).isNotEmpty().allSatisfy(answer -> assertAnsweredBy("a", answer, streams));
        assertThat(byOther).isNotEmpty().allSatisfy(answer -> assertAnsweredBy("b", answer, streams));
    }

    private static void assertAnsweredBy(String variant, JsonNode answer, Running streams) {
        assertThat(answer.get("variant").textValue()).isEqualTo(variant);
        assertThat(answer.at("/model/step").intValue()).isEqualTo(step(variant));
        assertThat(streams.variants()
                        .split()
                        .variantOf(answer.get("user_id").textValue().getBytes(UTF_8)))
                .isEqualTo(variant);
    }

    @Test
    void shouldAnswerEveryVariantWhoseModelTheStreamsRoleHas() {
        Map<String, String> settings = new HashMap<>(HALVES);
        settings.put("variants.models", "b=wide");
        Running streams = streams(settings);
        Running scorer = scorer(Map.of("variants.name", "b"));
        for (int user = 0; user < 30; user++) {
            click(streams, "user-" + user, "a", NOW + user);
        }
        scorer.follow(streams.read("sequences"));

        List<JsonNode> answers = streams.answers("recommendations");
        assertThat(answers).hasSize(30).allSatisfy(answer -> assertAnsweredBy(variantIn(answer), answer, streams));
        assertThat(answers).extracting(VariantsTopologyTest::variantIn).contains("a", "b");
        assertThat(scorer.answers("recommendations"))
                .as("updates that no split addressed to it")
                .isEmpty();
        assertThat(streams.variants().answering("user-2").modelName()).isEqualTo("default");
    }

    private static String variantIn(JsonNode answer) {
        return answer.get("variant").textValue();
    }

    @Test
    void shouldAnswerARequestByTheUsersVariantWhereItIsHereAndElseSayWhoDid() {
        Map<String, String> settings = new HashMap<>(HALVES);
        settings.put("variants.shares", "a=0,b=1,c=0");
        settings.put("variants.models", "c=other");
        Running streams = streams(settings);
        settings.put("variants.models", "b=wide");
        Running both = streams(settings);

        assertThat(variantIn(asked(streams, "{\"user_id\":\"anna\"}"))).isEqualTo("a");
        assertThat(variantIn(asked(both, "{\"user_id\":\"anna\"}"))).isEqualTo("b");
        assertThat(variantIn(asked(both, "{\"history\":[\"a\"]}"))).isEqualTo("a");
    }

    private static JsonNode asked(Running streams, String request) {
        byte[] key = "anna".getBytes(UTF_8);
        streams.pipe(
                "recommendation-requests", new TestRecord<>(key, request.getBytes(UTF_8), Instant.ofEpochMilli(NOW)));
        return streams.answers("recommendations").getLast();
    }

    @Test
    void shouldAnswerEverybodyOnItsOwnTopicWhenAScorerIsAShadow() {
        Running streams = streams(HALVES);
        Running shadow = scorer(Map.of("variants.name", "s", "scorer.shadow", "true"));
        for (int user = 0; user < 30; user++) {
            click(streams, "user-" + user, "a", NOW + user);
        }
        streams.pipe("clicks", new TestRecord<>("user-3".getBytes(UTF_8), null, Instant.ofEpochMilli(NOW + 99)));
        shadow.follow(streams.read("sequences"));

        List<TestRecord<byte[], byte[]>> answers = shadow.read("recommendations-shadow-s");
        assertThat(answers).hasSize(31);
        assertThat(answers.subList(0, 30))
                .allSatisfy(
                        answer -> assertThat(variantIn(json(answer.value()))).isEqualTo("s"));
        assertThat(answers.getLast().key()).isEqualTo("user-3".getBytes(UTF_8));
        assertThat(answers.getLast().value()).isNull();
        assertThat(shadow.driver().producedTopicNames()).containsExactly("recommendations-shadow-s");
    }

    @Test
    void shouldEraseAUserBehindTheAnswersThatAScorerStillOwed() {
        Running streams = streams(Map.of("variants.name", "a", "variants.shares", "a=0,b=1"));
        Running scorer = scorer(Map.of("variants.name", "b"));
        click(streams, "anna", "a", NOW);
        streams.pipe("clicks", new TestRecord<>("anna".getBytes(UTF_8), null, Instant.ofEpochMilli(NOW + 1)));
        scorer.follow(streams.read("sequences"));

        assertThat(streams.read("recommendations"))
                .singleElement()
                .satisfies(record -> assertThat(record.value()).isNull());
        List<TestRecord<byte[], byte[]>> answers = scorer.read("recommendations");
        assertThat(answers).hasSize(2);
        assertThat(answers.getLast().value()).isNull();
    }

    @Test
    void shouldNotBelieveAnAddressThatCameWithTheClick() {
        Running streams = streams(Map.of());
        RecordHeaders forged = new RecordHeaders();
        forged.add(VariantRouting.HEADER, "b".getBytes(UTF_8));
        streams.pipe("clicks", clickOf("anna", "a", NOW, forged));

        assertThat(streams.answers("recommendations"))
                .singleElement()
                .satisfies(answer -> assertThat(answer.get("variant")).isNull());
        assertThat(VariantRouting.read(streams.read("sequences").getFirst().headers()))
                .isEmpty();
    }

    @Test
    void shouldRankEachNextClickInTheAnswerBeforeIt() {
        Running streams = streams(Map.of("scoring.top.k", "3", "online.metrics.k", "2"));
        click(streams, "anna", "a", NOW); // nothing was served before
        List<String> first = items(streams);
        click(streams, "anna", first.get(1), NOW); // rank 2
        List<String> second = items(streams);
        click(streams, "anna", second.get(2), NOW); // rank 3, but only the first 2 count
        click(streams, "anna", "never seen", NOW); // a miss
        click(streams, "ben", "a", NOW);
        click(streams, "ben", items(streams).getFirst(), NOW - 1); // happened before that answer

        Accuracy served = streams.variants().own().accuracy().running();
        double ndcg = Math.log(2) / Math.log(3) / 3;
        assertThat(served.events()).isEqualTo(3);
        assertThat(served.hr()).isCloseTo(1 / 3.0, within(1e-9));
        assertThat(served.ndcg()).isCloseTo(ndcg, within(1e-9));
        assertThat(served.mrr()).isCloseTo(.5 / 3, within(1e-9));
        assertThat(streams.variants().own().accuracy().windowed()).isEqualTo(served);
        assertThat(registry.get("freshet.served.ndcg")
                        .tag("variant", "")
                        .summary()
                        .mean())
                .isCloseTo(ndcg, within(1e-9));
        assertThat(registry.get("freshet.served.window.ndcg").gauge().value()).isCloseTo(ndcg, within(1e-9));
    }

    @Test
    void shouldKeepFiguresForEachVariantApartAndForgetWhoIsErased() {
        Map<String, String> settings = new HashMap<>(HALVES);
        settings.put("variants.models", "b=wide");
        settings.put("variants.metrics.users", "1");
        Running streams = streams(settings);
        click(streams, "user-0", "a", NOW); // user of variant b
        click(streams, "user-0", items(streams).getFirst(), NOW);
        click(streams, "user-1", "a", NOW); // user of variant a; evicts the other user's answer
        click(streams, "user-0", "b", NOW);
        streams.pipe("clicks", new TestRecord<>("user-0".getBytes(UTF_8), null, Instant.ofEpochMilli(NOW)));
        click(streams, "user-0", "c", NOW);

        assertThat(accuracy(streams, "b")).isEqualTo(new Accuracy(1, 1, 1, 1));
        assertThat(accuracy(streams, "a")).isEqualTo(Accuracy.NONE);
    }

    @Test
    void shouldNotAnswerImportedClicksAndAnswerTheNextOneWithTheirHistory() {
        Running streams = streams(HALVES);
        Running scorer = scorer(Map.of("variants.name", "b", "scoring.top.k", "3"));
        Running shadow = scorer(Map.of("variants.name", "s", "scorer.shadow", "true", "scoring.top.k", "3"));
        RecordHeaders imported = new RecordHeaders();
        imported.add(ImportMark.HEADER, "one".getBytes(UTF_8));
        streams.pipe("clicks", clickOf("user-0", "a", NOW - 2, imported)); // user of variant b
        streams.pipe("clicks", clickOf("user-1", "b", NOW - 2, imported)); // user of variant a
        var sequences = streams.read("sequences");
        scorer.follow(sequences);
        shadow.follow(sequences);

        assertThat(sequences).hasSize(2);
        assertThat(streams.read("recommendations")).isEmpty();
        assertThat(scorer.read("recommendations")).isEmpty();
        assertThat(shadow.read("recommendations-shadow-s")).isEmpty();
        assertThat(registry.get("freshet.clicks.imported").counter().count()).isEqualTo(2);
        assertThat(registry.get("freshet.scoring").timers()).allMatch(timer -> timer.count() == 0);

        click(streams, "user-0", "c", NOW);
        click(streams, "user-1", "c", NOW);
        sequences = streams.read("sequences");
        scorer.follow(sequences);
        shadow.follow(sequences);
        assertThat(items(streams)).hasSize(3).doesNotContain("b", "c");
        assertThat(items(scorer)).hasSize(3).doesNotContain("a", "c");
        assertThat(shadow.answers("recommendations-shadow-s")).hasSize(2);
    }

    private static @Nullable Accuracy accuracy(Running streams, String variant) {
        return streams.variants().all().stream()
                .filter(one -> one.name().equals(variant))
                .map(one -> one.accuracy().running())
                .findFirst()
                .orElse(null);
    }

    private static List<String> items(Running streams) {
        return streams.answers("recommendations").getLast().get("items").findValuesAsText("item_id");
    }

    private static void click(Running streams, String user, String item, long recordMs) {
        streams.pipe("clicks", clickOf(user, item, recordMs, new RecordHeaders()));
    }

    private static TestRecord<byte[], byte[]> clickOf(String user, String item, long recordMs, RecordHeaders headers) {
        byte[] json = ClickCodec.toJson(new Click(user, item, recordMs, null, null));
        return new TestRecord<>(user.getBytes(UTF_8), json, headers, recordMs);
    }

    private static JsonNode json(byte[] bytes) {
        try {
            return new ObjectMapper().readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
