package io.freshet.workbench.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freshet.service.config.FreshetConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

final class CandidateTest {
    @Test
    void shouldNameTheSettingsThatChangeNoFigure() throws IOException {
        assertThat(withoutEffect(Map.of(
                        "online.publish.interval.ms",
                        "500",
                        "http.port",
                        "0",
                        "sequencer.window",
                        "50",
                        "model.dim",
                        "32",
                        "events.seen.return.ms",
                        "view=1000",
                        "recommend.repeats",
                        "always",
                        "clicks.field.user",
                        "who",
                        "learners.count",
                        "2")))
                .containsExactly("http.port", "online.publish.interval.ms", "recommend.repeats", "sequencer.window");
    }

    @Test
    void shouldNotNameASettingThatAnotherOneNeeds() throws IOException {
        assertThat(withoutEffect(Map.of("model.dim", "128", "model.heads", "8")))
                .isEmpty();
    }

    @Test
    void shouldRefuseToReadOtherClicks() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> Candidate.load("b", Map.of("topics.prefix", "shop."), FreshetConfig::of))
                .withMessageContaining("topics.prefix must be in the configuration that runs, not in b");
    }

    private static List<String> withoutEffect(Map<String, String> settings) throws IOException {
        return Candidate.load("b", settings, FreshetConfig::of).withoutEffect(FreshetConfig::of);
    }
}
