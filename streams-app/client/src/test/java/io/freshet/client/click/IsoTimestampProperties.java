package io.freshet.client.click;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class IsoTimestampProperties {
    @Property
    void shouldAgreeWithTheLibraryWhenItIsADateTime(
            @ForAll @LongRange(min = -62_135_000_000L, max = 253_402_200_000L) long epochSecond,
            @ForAll @IntRange(max = 999_999_999) int nanos,
            @ForAll @IntRange(min = -18 * 60, max = 18 * 60) int offsetMinutes) {
        OffsetDateTime time =
                Instant.ofEpochSecond(epochSecond, nanos).atOffset(ZoneOffset.ofTotalSeconds(60 * offsetMinutes));
        String text = DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time);
        assertThat(IsoTimestamp.parseMs(text))
                .as(text)
                .isEqualTo(time.toInstant().toEpochMilli());
    }
}
