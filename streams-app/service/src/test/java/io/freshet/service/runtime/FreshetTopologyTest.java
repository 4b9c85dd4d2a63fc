package io.freshet.service.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.output.Outputs;
import io.freshet.service.recommend.Variants;
import io.freshet.service.scoring.AdvancingClock;
import io.freshet.service.sequencer.BoundedRocksDb;
import io.freshet.service.serving.LiveModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FreshetTopologyTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final InstantSource AT_NOW = InstantSource.fixed(Instant.ofEpochMilli(NOW));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LiveModel live = new LiveModel(Clock.systemUTC(), registry);

    @Test
    void shouldBeTheGoldenTopology() throws IOException {
        FreshetConfig config = FreshetConfig.of(Map.of());
        Topology topology = FreshetTopology.build(
                config, StreamsProperties.of(config), variants(config), Outputs.of(config, registry, AT_NOW), registry);

        assertThat(topology.describe().toString()).isEqualTo(resource("topology.txt"));
    }

    @Test
    void shouldBeTheGoldenTopologyWhenAScorerRunsByItself() throws IOException {
        FreshetConfig config = FreshetConfig.of(Map.of("variants.name", "b", "items.catalogue", "filter"))
                .asScorer();
        Topology topology = FreshetTopology.buildScorer(
                config,
                StreamsProperties.of(config),
                variants(config),
                Outputs.withoutDeadLetters(config, registry, AT_NOW));

        assertThat(topology.describe().toString()).isEqualTo(resource("scorer-topology.txt"));
    }

    @Test
    void shouldAnswerEachAcceptedClickWithWhatIsPopularWhenThereIsNoModel(@TempDir Path stateDir) throws IOException {
        FreshetConfig config = FreshetConfig.of(Map.of("state.dir", stateDir.toString()));
        Map<String, Object> properties = StreamsProperties.of(config);
        Properties driverProperties = new Properties();
        try (BoundedRocksDb.Memory memory = new BoundedRocksDb.Memory(4 << 20, 2 << 20)) {
            memory.shareThrough(properties);
            driverProperties.putAll(properties);
            Topology topology = FreshetTopology.build(
                    config, properties, variants(config), Outputs.of(config, registry, AT_NOW), registry);
            try (TopologyTestDriver driver = new TopologyTestDriver(topology, driverProperties)) {
                TestInputTopic<byte[], byte[]> clicks =
                        driver.createInputTopic("clicks", new ByteArraySerializer(), new ByteArraySerializer());
                TestOutputTopic<byte[], byte[]> recommendations = driver.createOutputTopic(
                        "recommendations", new ByteArrayDeserializer(), new ByteArrayDeserializer());

                click(clicks, "u", "a", NOW);
                click(clicks, "u", "a", NOW);
                driver.advanceWallClockTime(Duration.ofSeconds(2));
                click(clicks, "v", "b", NOW + 1);

                assertThat(recommendations.getQueueSize()).isEqualTo(2);
                recommendations.readRecord();
                var second = recommendations.readRecord();
                JsonNode json = new ObjectMapper().readTree(second.value());
                assertThat(second.key()).isEqualTo("v".getBytes(UTF_8));
                assertThat(json.get("user_id").textValue()).isEqualTo("v");
                assertThat(json.get("items").get(0).get("item_id").textValue()).isEqualTo("a");
                assertThat(json.get("fallback").textValue()).isEqualTo("no-model");
                assertThat(json.get("cause").get("offset").longValue()).isEqualTo(2);
            }
        }
    }

    private Variants variants(FreshetConfig config) {
        return new Variants(config, Map.of(config.variants().name(), live), registry, new AdvancingClock());
    }

    private static void click(TestInputTopic<byte[], byte[]> clicks, String userId, String itemId, long timestampMs) {
        byte[] json = ClickCodec.toJson(new Click(userId, itemId, timestampMs, null, null));
        clicks.pipeInput(userId.getBytes(UTF_8), json, timestampMs);
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(FreshetTopologyTest.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
