package io.freshet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeFormatTest {
    @ParameterizedTest
    @CsvSource({
        "1396314141.719, SECONDS, 1396314141719",
        "1023840000, SECONDS, 1023840000000",
        "1396314141719, MILLISECONDS, 1396314141719",
        "2014-04-01T01:02:21.719Z, ISO_8601, 1396314141719",
        "2014-04-01T03:02:21.719+02:00, ISO_8601, 1396314141719",
        "2014-04-01 01:02:21.719, ISO_8601, 1396314141719",
        "2014-04-01, ISO_8601, 1396310400000"
    })
    void shouldTellTheFormatAndReadItWhenTextsAreOfOneKind(String text, TimeFormat expected, long expectedMs) {
        TimeFormat format = TimeFormat.of(List.of(text, text));
        assertThat(format).isEqualTo(expected);
        assertThat(format.toMs(text)).hasValue(expectedMs);
    }

    @ParameterizedTest
    @CsvSource({
        "SECONDS, soon",
        "SECONDS, ''",
        "SECONDS, 1e400",
        "MILLISECONDS, 1.2.3",
        "ISO_8601, 2014-13-01T00:00:00Z"
    })
    void shouldReadNothingWhenTheTextIsNoTime(TimeFormat format, String text) {
        assertThat(format.toMs(text)).isEmpty();
    }

    @Test
    void shouldGoWithMostOfTheTextsWhenSomeAreBroken() {
        assertThat(TimeFormat.of(List.of("x", "1396314141", "1396314142"))).isEqualTo(TimeFormat.SECONDS);
    }
}
