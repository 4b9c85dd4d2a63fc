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
            new UnitCosts.Cpu(1_000, 40, 60, 200),
            new UnitCosts.Bytes(
                    Map.of("topics.clicks", 100.0, "topics.recommendations", 500.0, "topics.model-deltas", 300.0),
                    50,
                    100),
            new TreeMap<>(Map.of(1_000, new AtItems(10, 100, 1e6), 11_000, new AtItems(30, 300, 3e6))));

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
        assertThat(kafka.writtenPerSecond()).isCloseTo(3 * 100 * (100 + 500 + 300 + 50), within(1e-6));
    }

    @Test
    void shouldLimitDeltasToTheirBudget() {
        double unlimited = sizing(10, 1_000, 10_000, "online.publish.bytes.per.second=0")
                .kafka()
                .diskByTopic()
                .getOrDefault("model-deltas", 0.0);
        double limited = sizing(10, 1_000, 10_000, "online.publish.bytes.per.second=150000")
                .kafka()
                .diskByTopic()
                .getOrDefault("model-deltas", 0.0);
        assertThat(unlimited / limited).isCloseTo(10_000 * 300 / 150_000.0, within(1e-9));
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
