package io.freshet.service.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ClickRefusalsTest {
    @Test
    void shouldNameTheClicksThatKafkaHasNotAcknowledgedWhenManyAreInvalid() {
        ClickRefusals refusals = new ClickRefusals();
        for (int index = 0; index < 2 * ClickRefusals.MOST_NAMED; index++) {
            refusals.add(index, "bad-field", "invalid " + index);
        }
        refusals.addOfKafka(250, "no broker");

        assertThat(refusals.count()).isEqualTo(2 * ClickRefusals.MOST_NAMED + 1);
        assertThat(refusals.firstDetail()).isEqualTo("no broker");
        assertThat(refusals.errors()).hasSize(ClickRefusals.MOST_NAMED);
        assertThat(refusals.errors().getFirst().index()).isZero();
        assertThat(refusals.errors().getLast())
                .isEqualTo(new ClickRefusals.Refusal(250, "kafka-unavailable", "no broker"));
    }
}
