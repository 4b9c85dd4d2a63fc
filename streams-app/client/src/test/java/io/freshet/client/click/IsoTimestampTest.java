package io.freshet.client.click;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsoTimestampTest {
    @ParameterizedTest
    @CsvSource({
        "1970-01-01T00:00:00Z, 0",
        "1970-01-01T00:00Z, 0",
        "2014-04-07T10:51:09.277Z, 1396867869277",
        "2014-04-07T10:51:09.2Z, 1396867869200",
        "2014-04-07T10:51:09.27Z, 1396867869270",
        "2014-04-07T10:51:09.277999999Z, 1396867869277",
        "2014-04-07T12:51:09.277+02:00, 1396867869277",
        "2014-04-07T12:51:09.277+0200, 1396867869277",
        "2014-04-07T12:51:09.277+02, 1396867869277",
        "2014-04-07T05:21:09-05:30, 1396867869000",
        "2016-02-29T00:00:00+00:00, 1456704000000",
    })
    void shouldGiveEpochMsWhenDateTimeHasAnOffset(String text, long expectedMs) {
        assertThat(IsoTimestamp.parseMs(text)).isEqualTo(expectedMs);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1700000000000",
                "2014-04-07",
                "2014-04-07T10:51:09",
                "2014-04-07T10:51:09.277",
                "2014-04-07 10:51:09Z",
                "2014-04-07T10:51:09.Z",
                "2014-04-07T10:51:09.1234567890Z",
                "2014-04-07T10:51:09,277Z",
                "2014-04-07T10:51:60Z",
                "2014-04-07T24:00:00Z",
                "2014-04-07T10:60:00Z",
                "2014-04-07T10:51:09Z ",
                "2014-04-07T10:51:09ZZ",
                "2014-04-07T10:51:09+",
                "2014-04-07T10:51:09+2",
                "2014-04-07T10:51:09+02:",
                "2014-04-07T10:51:09+02:0",
                "2014-04-07T10:51:09+18:01",
                "2014-04-07T10:51:09+19:00",
                "2014-04-07T10:51:09+02:60",
                "2014-02-29T10:51:09Z",
                "2014-13-01T10:51:09Z",
                "2014-00-01T10:51:09Z",
                "2014-4-07T10:51:09Z",
                "+2014-04-07T10:51:09Z",
                "٢٠١٤-04-07T10:51:09Z",
            })
    void shouldBeInvalidWhenItIsAnythingElse(String text) {
        assertThat(IsoTimestamp.parseMs(text)).isEqualTo(IsoTimestamp.INVALID);
    }
}
