package io.freshet.service.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.service.config.FreshetConfig;
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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Passes clicks of different types through sequencer and scorer. */
final class EventTypesTopologyTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LiveModel live = new LiveModel(Clock.systemUTC(), registry);
    private final BoundedRocksDb.Memory memory = new BoundedRocksDb.Memory(4 << 20, 2 << 20);
    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> clicks;
    private TestOutputTopic<byte[], byte[]> recommendations;
    private long nowMs = 1_700_000_000_000L;

    @TempDir
    private Path stateDir;

    @BeforeEach
    void startTopology() {
        FreshetConfig config = FreshetConfig.of(Map.of(
                "state.dir", stateDir.toString(),
                "sequencer.window", "3",
                "events.filter.only", "impression",
                "events.negative", "dislike"));
        Map<String, Object> properties = StreamsProperties.of(config);
        memory.shareThrough(properties);
        Variants variants = new Variants(config, Map.of("", live), registry, new AdvancingClock());
        Properties driverProperties = new Properties();
        driverProperties.putAll(properties);
        Topology topology = FreshetTopology.build(
                config,
                properties,
                variants,
                Outputs.of(config, registry, () -> Instant.ofEpochMilli(nowMs)),
                registry);
        driver = new TopologyTestDriver(topology, driverProperties);
        clicks = driver.createInputTopic("clicks", new ByteArraySerializer(), new ByteArraySerializer());
        recommendations =
                driver.createOutputTopic("recommendations", new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @AfterEach
    void endTopology() {
        driver.close();
        live.close();
        memory.close();
    }

    @Test
    void shouldTakeADislikedItemOutOfTheVeryNextRecommendation() throws IOException {
        live.open(new ServedModel(TinyModels.model(4, "a", "b", "x"), 1), "v4");

        assertThat(recommended("anna", "a", "view").items()).containsOnlyKeys("b", "x");
        assertThat(recommended("anna", "x", "dislike").items()).containsOnlyKeys("b");
        assertThat(recommended("anna", "a", "view").items()).containsOnlyKeys("b");
    }

    @Test
    void shouldBringTheItemBackIntoTheHistoryByALaterPurchase() throws IOException {
        live.open(new ServedModel(TinyModels.model(4, "a", "b", "x", "y"), 1), "v4");
        Answer onlyA = recommended("anna", "a", "view");
        recommended("bert", "a", "view");
        Answer both = recommended("bert", "x", "purchase");

        Answer disliked = recommended("anna", "x", "dislike");
        Answer purchased = recommended("anna", "x", "purchase");

        assertThat(disliked.items().get("b"))
                .isEqualTo(onlyA.items().get("b"))
                .isNotEqualTo(both.items().get("b"));
        assertThat(purchased.items()).isEqualTo(both.items());
    }

    @Test
    void shouldForgetWhatWasDoneBeforeTheDislike() throws IOException {
        live.open(new ServedModel(TinyModels.model(4, "a", "b", "x"), 1), "v4");
        Answer onlyA = recommended("anna", "a", "view");

        recommended("anna", "x", "purchase");
        Answer disliked = recommended("anna", "x", "dislike");

        assertThat(disliked.items()).containsOnlyKeys("b");
        assertThat(disliked.items().get("b")).isEqualTo(onlyA.items().get("b"));
    }

    @Test
    void shouldLeaveOutWhatWasSeenAndNotCountItAsHistory() throws IOException {
        live.open(new ServedModel(TinyModels.model(4, "a", "b", "x", "y"), 1), "v4");
        Answer onlyA = recommended("anna", "a", "view");

        Answer seen = recommended("anna", "x", "impression");

        assertThat(seen.items()).containsOnlyKeys("b", "y");
        assertThat(seen.items().get("b")).isEqualTo(onlyA.items().get("b"));
    }

    @Test
    void shouldKeepADislikeThoughMoreClicksComeThanTheWindowHolds() throws IOException {
        live.open(new ServedModel(TinyModels.model(4, "a", "b", "c", "d", "x"), 1), "v4");

        recommended("anna", "x", "dislike");
        for (String item : new String[] {"a", "b", "c", "d"}) {
            assertThat(recommended("anna", item, "view").items()).doesNotContainKey("x");
        }
    }

    @Test
    void shouldTakeBackTheRecommendationsOfAUserWhoIsErased() throws IOException {
        live.open(new ServedModel(TinyModels.model(4, "a", "b", "x"), 1), "v4");
        Answer before = recommended("anna", "a", "view");
        recommended("anna", "x", "view");

        clicks.pipeInput("anna".getBytes(UTF_8), null, nowMs);

        assertThat(recommendations.readRecord())
                .satisfies(record -> assertThat(new String(record.key(), UTF_8)).isEqualTo("anna"))
                .satisfies(record -> assertThat(record.value()).isNull());
        assertThat(recommended("anna", "a", "view").items()).isEqualTo(before.items());
    }

    @Test
    void shouldCountAsPopularOnlyWhatIsLearnedFrom() throws IOException {
        recommended("bert", "hated", "dislike");
        recommended("bert", "shown", "impression");
        recommended("bert", "liked", "like");

        Answer answer = recommended("anna", "a", "view");

        assertThat(answer.fallback()).isEqualTo("no-model");
        assertThat(answer.items()).containsOnlyKeys("liked");
    }

    @Test
    void shouldFallBackWhereNothingButMarksIsKnown() throws IOException {
        recommended("bert", "b", "view");
        recommended("bert", "c", "view");
        live.open(new ServedModel(TinyModels.model(4, "a", "b", "c"), 1), "v4");

        Answer answer = recommended("anna", "b", "impression");

        assertThat(answer.fallback()).isEqualTo("no-known-items");
        assertThat(answer.items()).containsOnlyKeys("c");
    }

    /** Recommended items with their scores; the fallback is empty if the model answered. */
    private record Answer(Map<String, Double> items, String fallback) {}

    private Answer recommended(String user, String item, String type) throws IOException {
        nowMs++;
        byte[] json = ClickCodec.toJson(new Click(user, item, nowMs, type, null));
        clicks.pipeInput(user.getBytes(UTF_8), json, nowMs);
        driver.advanceWallClockTime(Duration.ofSeconds(1));
        JsonNode answer = new ObjectMapper().readTree(recommendations.readValue());
        Map<String, Double> items = new LinkedHashMap<>();
        answer.get("items")
                .forEach(each -> items.put(
                        each.get("item_id").textValue(), each.get("score").doubleValue()));
        return new Answer(items, answer.path("fallback").asText());
    }
}
