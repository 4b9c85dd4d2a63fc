package io.freshet.app.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import io.freshet.app.sizing.UnitCosts.AtItems;
import io.freshet.service.config.FreshetConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SizingTest {
    private static final UnitCosts COSTS = new UnitCosts(
            "a test",
            64,
            new UnitCosts.Cpu(1_000, 40, 60, 200),
            new UnitCosts.Bytes(Map.of("topics.clicks", 100.0, "topics.recommendations", 500.0), 50, 100),
            new TreeMap<>(Map.of(1_000, new AtItems(10, 100), 11_000, new AtItems(30, 300))));

    private static Sizing sizing(long users, int items, double rate, String... settings) {
        Map<String, String> config = new TreeMap<>(Map.of("kafka.bootstrap.servers", "localhost:9092"));
        for (String setting : settings) {
            config.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return Sizing.of(new Sizing.Load(users, 10, items, rate, 3, 0.5), FreshetConfig.of(config), COSTS);
    }

    @Test
    void shouldMultiplyCostsByTheRate() {
        Sizing sizing = sizing(1_000_000, 1_000, 5_000);
        assertThat(sizing.streams().micros()).isEqualTo(100);
        assertThat(sizing.streams().cores()).isEqualTo(1);
        assertThat(sizing.streams().diskBytes()).isEqualTo(1e9);
        assertThat(sizing.trainer().micros()).isEqualTo(200);
        assertThat(sizing.trainer().cores()).isEqualTo(2);
        assertThat(sizing.partitions()).isEqualTo(4);
        assertThat(sizing(1_000_000, 1_000, 50_000).partitions()).isEqualTo(32);
    }

    @Test
    void shouldMixTheCostsOfTheNearestSizes() {
        assertThat(sizing(1, 6_000, 1).streams().micros()).isCloseTo(110, within(1e-9));
        assertThat(sizing(1, 6_000, 1).trainer().micros()).isCloseTo(300, within(1e-9));
        assertThat(sizing(1, 22_000, 1).trainer().micros()).isCloseTo(620, within(1e-9));
        assertThat(sizing(1, 10, 1).trainer().micros()).isEqualTo(200);
        assertThat(sizing(1, 22_000, 1).remarks()).singleElement().asString().contains("at most 11,000 items");
    }

    @Test
    void shouldKeepRecordsForTheTopicsRetention() {
        Sizing.Brokers kafka = sizing(10, 1_000, 100, "topics.retention.ms=1000000", "topics.prefix=shop.")
                .kafka();
        assertThat(kafka.diskByTopic())
                .containsEntry("shop.clicks", 3 * 100 * 100 * 1_000.0)
                .containsEntry("shop.recommendations", 3 * 500 * 100 * 1_000.0)
                .containsEntry("changelogs", 3 * 10 * 1_000.0);
        assertThat(kafka.writtenPerSecond()).isCloseTo(3 * (100 * (100 + 500 + 25 + 50) + 150_000), within(1e-6));
    }

    @Test
    void shouldCountTablesAsTheGuideDoes() {
        double table = 1_000_000 * 64.0 * 4;
        double common = (256 + 16 + 288) * 1024.0 * 1024 + 1_000_000 * 1_000.0;
        Sizing sizing = sizing(10, 1_000_000, 1, "streams.rocksdb.cache.bytes=33554432");
        assertThat(sizing.streams().memoryBytes()).isEqualTo(common + 2 * table + 33_554_432);
        assertThat(sizing.trainer().memoryBytes()).isEqualTo(common + 3 * table);
        Sizing copied = sizing(10, 1_000, 1, "kafka.num.standby.replicas=1");
        assertThat(copied.streams().diskBytes()).isEqualTo(2 * 10 * 10 * 100.0);
    }

    @Test
    void shouldSayWhichCostsAreOthers() {
        assertThat(sizing(10, 1_000, 100, "online.publish.bytes.per.second=0", "model.dim=32")
                        .remarks())
                .hasSize(2)
                .anyMatch(remark -> remark.contains("no limit"))
                .anyMatch(remark -> remark.contains("--set model.dim=32"));
    }

    @Test
    void shouldSayWhenOneLearnerOrOneTableIsTooSmall() {
        assertThat(sizing(10, 1_000, 10_000).remarks())
                .singleElement()
                .asString()
                .contains("One thread of it learns from 5,000 clicks/s");
        assertThat(sizing(10, 40_000_000, 0.1).remarks()).anyMatch(remark -> remark.contains("Flink"));
        assertThat(sizing(10, 1_000, 100).remarks()).isEmpty();
    }

    @Test
    void shouldCountWhatSeveralLearnersNeed() {
        double table = 1_000_000 * 64.0 * 4;
        Sizing one = sizing(10, 1_000_000, 1_000);
        Sizing two = sizing(10, 1_000_000, 1_000, "learners.count=2", "model.item.retention.ms=0");
        assertThat(two.trainer().cores()).isCloseTo(1.14 * one.trainer().cores(), within(1e-6));
        assertThat(two.trainer().memoryBytes()).isEqualTo(one.trainer().memoryBytes() + table + 1_000_000 * 1_000.0);
        assertThat(one.kafka().diskByTopic()).doesNotContainKey("model-merges");
        double perSecond = two.kafka().diskByTopic().getOrDefault("model-merges", 0.0) / 3 / (6 * 3_600);
        // 200 clicks in a round of 200 ms, for which each learner gives its dense parameters.
        double dense = 2
                * 4.0
                * FreshetConfig.of(Map.of("kafka.bootstrap.servers", "localhost:9092"))
                        .trainer()
                        .model()
                        .encoder()
                        .layout()
                        .size();
        assertThat(perSecond).isCloseTo(1_000 * (dense / 200 + 32 * 64), within(1.0));
        assertThat(two.remarks()).anyMatch(remark -> remark.contains("Each of the 2 learners"));
    }

    @Test
    void shouldRefuseALoadThatIsNone() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> sizing(10, 1_000, Double.NaN))
                .withMessageContaining("rate=NaN");
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> sizing(0, 1_000, 1));
    }

    @Test
    void shouldHaveCostsForAMillionItems() {
        UnitCosts shipped = UnitCosts.shipped();
        assertThat(shipped.items()).containsKeys(10_000, 1_000_000);
        assertThat(shipped.cpu().learningMicros()).isPositive();
    }

    @Test
    void shouldSayWhatIsWrongWithAFileOfCosts(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("costs.json"), "{\"rows\": []}");
        assertThatIOException()
                .isThrownBy(() -> UnitCosts.read(file))
                .withMessageContaining("freshet bench scale --json");
        Files.writeString(file, "not JSON");
        assertThatIOException()
                .isThrownBy(() -> UnitCosts.read(file))
                .withMessageContaining("freshet bench scale --json");
    }
}
