package io.freshet.app.clickfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TimeFormatTest {
    private static final long NOW_MS = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();

    @ParameterizedTest
    @CsvSource({
        "1569888155, 2019-10-01T00:02:35Z",
        "1569888155.719, 2019-10-01T00:02:35.719Z",
        "1.569888155E9, 2019-10-01T00:02:35Z",
        "1.3e9, 2011-03-13T07:06:40Z",
        "1569888155000, 2019-10-01T00:02:35Z",
        "1569888155000000, 2019-10-01T00:02:35Z",
        "1569888155000000000, 2019-10-01T00:02:35Z",
        "20191001, 2019-10-01T00:00:00Z",
        "20191001000235, 2019-10-01T00:02:35Z",
        "2019-10-01, 2019-10-01T00:00:00Z",
        "2019/10/01 00:02, 2019-10-01T00:02:00Z",
        "2019-10-01T00:02:35Z, 2019-10-01T00:02:35Z",
        "2019-10-01 00:02:35 UTC, 2019-10-01T00:02:35Z",
        "2019-10-01 00:02:35.5, 2019-10-01T00:02:35.500Z",
        "2019-10-01T02:02:35.123456+0200, 2019-10-01T00:02:35.123Z",
        "2019-10-01 02:02:35 +02:00, 2019-10-01T00:02:35Z",
        "2019-10-01T00:02:35+0000, 2019-10-01T00:02:35Z",
        "881250949, 1997-12-04T15:55:49Z"
    })
    void shouldTellTheFormAndReadIt(String text, Instant expected) {
        TimeFormat format = guess(ZoneOffset.UTC, text, text);
        assertThat(Instant.ofEpochMilli(format.toMs(text))).isEqualTo(expected);
        assertThat(format.isPlausible(format.toMs(text))).isTrue();
    }

    @Test
    void shouldReadTimesWithoutAnOffsetInTheZone() {
        TimeFormat format = guess(ZoneId.of("Europe/Berlin"), "2019-10-01 02:02:35");
        assertThat(TimeFormat.show(format.toMs("2019-10-01 02:02:35"))).isEqualTo("2019-10-01T00:02:35Z");
        assertThat(TimeFormat.show(format.toMs("2019-10-01 02:02:35Z"))).isEqualTo("2019-10-01T02:02:35Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "12:30",
                "2019-13-01",
                "2019-02-30",
                "2019-10-01T",
                "2019-10-01 25:00",
                "2019-10-01 00:00:00 XYZ",
                "2019-10-01 00:00:00.",
                "31/12/2023",
                "1e",
                "+",
                "--1",
                "1569888155"
            })
    void shouldReadNothingWhenATextIsOfAnotherForm(String text) {
        TimeFormat iso = guess(ZoneOffset.UTC, "2019-10-01");
        assertThat(iso.toMs(text)).isEqualTo(TimeFormat.UNREADABLE);
    }

    @Test
    void shouldFollowTheMajority() {
        TimeFormat format =
                TimeFormat.guess(List.of("1569888155000", "1569888155", "1569888156000"), ZoneOffset.UTC, NOW_MS);
        assertThat(format).hasToString("milliseconds since 1970");
        assertThat(TimeFormat.guess(List.of("31/12/2023", "30/12/2023"), ZoneOffset.UTC, NOW_MS))
                .isNull();
    }

    @Test
    void shouldTakeEveryTimeWhenTheFormIsNamed() throws ClickFileException {
        TimeFormat format = TimeFormat.named("seconds", ZoneOffset.UTC);
        assertThat(format.toMs("7")).isEqualTo(7_000);
        assertThat(format.isPlausible(7_000)).isTrue();
        assertThat(TimeFormat.named("dd MMM yyyy", ZoneOffset.UTC).toMs("31 Dec 2023"))
                .isEqualTo(Instant.parse("2023-12-31T00:00:00Z").toEpochMilli());
    }

    private static TimeFormat guess(ZoneId zone, String... texts) {
        return Objects.requireNonNull(TimeFormat.guess(List.of(texts), zone, NOW_MS), "no format is recognised");
    }
}
