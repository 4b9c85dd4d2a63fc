package io.freshet.service.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.sequence.ClickOrigin;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

final class OriginHeadersTest {
    private static final ClickOrigin ORIGIN = new ClickOrigin("clicks", 2, 17, 1_700_000_000_000L);

    @Test
    void shouldReadWhatWasWrittenLastWhenWrittenTwice() {
        RecordHeaders headers = new RecordHeaders();
        OriginHeaders.write(headers, new ClickOrigin("other", 0, 0, 0));
        OriginHeaders.write(headers, ORIGIN);

        assertThat(OriginHeaders.read(headers)).contains(ORIGIN);
        assertThat(headers.toArray()).hasSize(4);
    }

    @Test
    void shouldReadNothingWhenAHeaderIsMissing() {
        RecordHeaders headers = new RecordHeaders();
        OriginHeaders.write(headers, ORIGIN);
        headers.remove(OriginHeaders.OFFSET);

        assertThat(OriginHeaders.read(headers)).isEmpty();
    }

    @Test
    void shouldReadNothingWhenANumberIsNone() {
        RecordHeaders headers = new RecordHeaders();
        OriginHeaders.write(headers, ORIGIN);
        headers.add(OriginHeaders.OFFSET, "-1".getBytes(UTF_8));
        assertThat(OriginHeaders.read(headers)).isEmpty();

        headers.add(OriginHeaders.OFFSET, "many".getBytes(UTF_8));
        assertThat(OriginHeaders.read(headers)).isEmpty();
    }

    @Test
    void shouldReadNothingWhenAValueIsLongerThanItCanBe() {
        RecordHeaders headers = new RecordHeaders();
        OriginHeaders.write(headers, ORIGIN);
        headers.add(OriginHeaders.TOPIC, "t".repeat(1 << 20).getBytes(UTF_8));
        assertThat(OriginHeaders.read(headers)).isEmpty();

        OriginHeaders.write(headers, ORIGIN);
        headers.add(OriginHeaders.TIMESTAMP, Long.toString(Long.MIN_VALUE).getBytes(UTF_8));
        assertThat(OriginHeaders.read(headers)).isEmpty();
    }
}
