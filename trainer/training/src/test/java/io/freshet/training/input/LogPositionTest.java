package io.freshet.training.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.training.failure.MissingRecordsException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class LogPositionTest {
    private static final TopicPartition PARTITION = new TopicPartition("model-log", 0);
    private static final String WAY_OUT = "Do this.";

    @Test
    void shouldGoOnFromThePositionWhenThePartitionHoldsIt() {
        assertThat(start(20, 0, 25, false)).isEqualTo(20);
        assertThat(start(20, 20, 20, false)).isEqualTo(20);
    }

    @Test
    void shouldGoOnBehindTheMarkerWhenThatHasExpiredToo() {
        assertThat(start(20, 21, 21, false)).isEqualTo(21);
        assertThat(start(20, 21, 40, false)).isEqualTo(21);
    }

    @Test
    void shouldGoOnFromTheBeginningWhenNothingIsMissingForSure() {
        assertThat(start(20, 30, 30, true)).isEqualTo(30);
        assertThat(start(0, 1, 30, true)).isEqualTo(1);
    }

    @Test
    void shouldNameBothPositionsAndTheWayOutWhenRecordsAreMissing() {
        assertThatThrownBy(() -> start(20, 22, 30, false))
                .isInstanceOf(MissingRecordsException.class)
                .hasMessageContaining("model-log-0")
                .hasMessageContaining("snapshot covers up to=20")
                .hasMessageContaining("log begins at=22")
                .hasMessageEndingWith(WAY_OUT);
        assertThatThrownBy(() -> start(0, 1, 30, false)).isInstanceOf(MissingRecordsException.class);
        assertThatThrownBy(() -> start(20, 0, 3, true))
                .isInstanceOf(MissingRecordsException.class)
                .hasMessageContaining("log ends at=3")
                .hasMessageEndingWith(WAY_OUT);
    }

    private static long start(long wanted, long begin, long end, boolean nothingMissing) {
        return new LogPosition(PARTITION, wanted, begin, end).start(() -> nothingMissing, WAY_OUT);
    }
}
