package io.freshet.app.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class LogEnvironmentTest {
    @Test
    void shouldTakeWhatThereIs() {
        assertThat(LogEnvironment.mistake(Map.of())).isEmpty();
        assertThat(LogEnvironment.mistake(Map.of("FRESHET_LOG_FORMAT", "json", "FRESHET_LOG_LEVEL", "DEBUG")))
                .isEmpty();
    }

    @Test
    void shouldNotTakeNothingForTheDefault() {
        assertThat(LogEnvironment.mistake(Map.of("FRESHET_LOG_FORMAT", ""))).isPresent();
    }

    @Test
    void shouldSayWhatThereIsWhenItIsAskedForSomethingElse() {
        assertThat(LogEnvironment.mistake(Map.of("FRESHET_LOG_FORMAT", "xml")))
                .contains("FRESHET_LOG_FORMAT must be one of text, json: FRESHET_LOG_FORMAT=xml");
        assertThat(LogEnvironment.mistake(Map.of("FRESHET_LOG_LEVEL", "loud")))
                .hasValueSatisfying(mistake -> assertThat(mistake).contains("DEBUG, INFO", "FRESHET_LOG_LEVEL=loud"));
        assertThat(LogEnvironment.mistake(Map.of("FRESHET_LOG_LEVEL_OTHERS", "info")))
                .isPresent();
    }
}
