package io.freshet.app.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class PastTimeConverterTest {
    private final PastTimeConverter converter =
            new PastTimeConverter(InstantSource.fixed(Instant.parse("2026-03-08T12:00:00Z")));

    @ParameterizedTest
    @CsvSource({
        "-7d, 2026-03-01T12:00:00Z",
        "-1h30m, 2026-03-08T10:30:00Z",
        "-90, 2026-03-08T11:58:30Z",
        "2026-03-02T00:00:00+01:00, 2026-03-01T23:00:00Z",
        "1772360000000, 2026-03-01T10:13:20Z"
    })
    void shouldReadTimesBeforeNowAndPointsInTime(String text, Instant time) {
        assertThat(converter.convert(text)).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7d", "-", "-7w", "yesterday", "2026-03-01", "-99999999999999d", ""})
    void shouldRefuseWhatIsNoTime(String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> converter.convert(text))
                .withMessageContaining("'" + text + "' is not a time such as -7d");
    }

    @Test
    void shouldCountFromTheSystemsClockWhenPicocliCreatesIt() {
        Instant before = Instant.now();
        assertThat(new PastTimeConverter().convert("-0s")).isBetween(before, Instant.now());
    }
}
