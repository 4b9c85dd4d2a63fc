package io.freshet.service.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.clickformat.Framing;
import io.freshet.service.telemetry.TraceHeaders;
import io.freshet.store.format.Sha256;
import io.freshet.store.sequence.ClickOrigin;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

final class DeadLettersTest {
    private static final int LONGEST = 2_000;
    private static final ClickOrigin ORIGIN = new ClickOrigin("clicks", 1, 2, 3);

    private final DeadLetters letters = new DeadLetters(new PassedHeaders(List.of()), LONGEST);

    @Test
    void shouldKeepKeyAndValueWhenTheyAreNotTooLong() {
        byte[] value = bytes(LONGEST);
        DeadLetters.Letter letter =
                letters.of("u".getBytes(UTF_8), value, new RecordHeaders(), "not-json", "why", ORIGIN);

        assertThat(letter.key()).isEqualTo("u".getBytes(UTF_8));
        assertThat(letter.value()).isEqualTo(value);
        assertThat(text(letter, DeadLetterHeaders.REASON)).isEqualTo("not-json");
        assertThat(text(letter, DeadLetterHeaders.DETAIL)).isEqualTo("why");
        assertThat(OriginHeaders.read(letter.headers())).contains(ORIGIN);
        assertThat(letter.headers().lastHeader(DeadLetterHeaders.VALUE_LENGTH)).isNull();
    }

    @Test
    void shouldCutAValueThatIsTooLongAndSayWhatItWas() {
        byte[] value = bytes(LONGEST + 1);
        DeadLetters.Letter letter = letters.of(null, value, new RecordHeaders(), "not-json", "why", ORIGIN);

        assertThat(letter.value()).isEqualTo(Arrays.copyOf(value, LONGEST));
        assertThat(text(letter, DeadLetterHeaders.VALUE_LENGTH)).isEqualTo("2001");
        assertThat(text(letter, DeadLetterHeaders.VALUE_SHA256)).isEqualTo(Sha256.hex(value, value.length));
    }

    @Test
    void shouldKeepTheHeadersThatNameTheSchemaOnce() {
        PassedHeaders passed = new PassedHeaders(List.of("apicurio.value.encoding"));
        RecordHeaders received = new RecordHeaders();
        for (String name : Framing.HEADERS) {
            received.add(name, name.getBytes(UTF_8));
        }
        received.add("other", new byte[1]);
        DeadLetters.Letter letter =
                new DeadLetters(passed, LONGEST).of(null, bytes(3), received, "not-in-format", "why", ORIGIN);

        for (String name : List.of(
                "apicurio.value.contentId",
                "apicurio.value.globalId",
                "apicurio.value.encoding",
                "apicurio.protobuf.type")) {
            assertThat(letter.headers().headers(name)).as(name).hasSize(1);
            assertThat(text(letter, name)).isEqualTo(name);
        }
        assertThat(letter.headers().lastHeader("other")).isNull();
    }

    @Test
    void shouldHaveALongestLengthWhateverItIsMadeOf() {
        RecordHeaders received = new RecordHeaders();
        for (int i = 0; i < 1_000; i++) {
            received.add("odd-" + i, bytes(5_000));
        }
        Framing.HEADERS.forEach(name -> received.add(name, bytes(DeadLetters.LONGEST_SCHEMA_HEADER)));
        received.add(TraceHeaders.TRACEPARENT, bytes(PassedHeaders.LONGEST_VALUE));
        received.add(TraceHeaders.TRACESTATE, bytes(PassedHeaders.LONGEST_VALUE + 1));
        received.add(TraceHeaders.BAGGAGE, bytes(PassedHeaders.LONGEST_VALUE));

        DeadLetters.Letter letter =
                letters.of(bytes(1 << 20), bytes(1 << 20), received, "not-json", "w".repeat(1 << 20), ORIGIN);

        int size = OutputLimits.sizeOf(
                new ProducerRecord<>("dead-letters", null, 0L, letter.key(), letter.value(), letter.headers()));
        assertThat(size).isLessThanOrEqualTo(LONGEST + DeadLetters.MOST_BESIDE_THE_VALUE);
        assertThat(letter.headers().lastHeader(TraceHeaders.TRACESTATE)).isNull();
        assertThat(text(letter, DeadLetterHeaders.KEY_LENGTH)).isEqualTo(Integer.toString(1 << 20));
        assertThat(letter.key()).hasSize(DeadLetters.LONGEST_KEY);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static String text(DeadLetters.Letter letter, String header) {
        return new String(letter.headers().lastHeader(header).value(), UTF_8);
    }
}
