package io.freshet.client.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

final class DeadLetterTest {
    @Test
    void shouldReadReasonAndOrigin() {
        DeadLetter letter = DeadLetter.of(record(Map.of(
                "freshet.reason", "not-json",
                "freshet.detail", "record must be JSON",
                "freshet.origin.topic", "clicks",
                "freshet.origin.partition", "3",
                "freshet.origin.offset", "5000000000",
                "freshet.origin.timestamp", "17")));

        assertThat(letter.reason()).isEqualTo("not-json");
        assertThat(letter.detail()).isEqualTo("record must be JSON");
        assertThat(letter.origin()).isEqualTo(new DeadLetter.Origin("clicks", 3, 5_000_000_000L, 17));
        assertThat(letter.key()).isNull();
        assertThat(letter.value()).isEqualTo(new byte[] {1});
    }

    @Test
    void shouldReadADeadLetterOfUnknownOrigin() {
        assertThat(DeadLetter.of(record(Map.of("freshet.reason", "r", "freshet.detail", "d")))
                        .origin())
                .isNull();
    }

    @Test
    void shouldRefuseARecordThatIsNotADeadLetter() {
        assertThatThrownBy(() -> DeadLetter.of(record(Map.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("freshet.reason");
        assertThatThrownBy(() -> DeadLetter.of(
                        record(Map.of("freshet.reason", "r", "freshet.detail", "d", "freshet.origin.topic", "clicks"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("freshet.origin.partition");
    }

    private static ConsumerRecord<byte[], byte[]> record(Map<String, String> headers) {
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("dead-letters", 0, 0, null, new byte[] {1});
        headers.forEach((name, value) -> record.headers().add(name, value.getBytes(UTF_8)));
        return record;
    }
}
