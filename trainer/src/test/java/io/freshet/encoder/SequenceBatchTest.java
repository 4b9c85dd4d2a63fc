package io.freshet.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SequenceBatchTest {
    @Test
    void shouldCountAsSeenAllRowsThatASequenceWasTakenFrom() {
        SequenceBatch batch = new SequenceBatch(3);
        batch.addExample(new int[] {9, 1, 2, 3, 4, 5, 8}, 1, 6);
        batch.addHistory(new int[] {7, 9, 9}, 0, 3);

        assertThat(batch.tokens()).isEqualTo(6);
        assertThat(IntStream.range(0, 10).filter(row -> batch.hasSeen(0, row))).containsExactly(1, 2, 3, 4, 5);
        assertThat(IntStream.range(0, 10).filter(row -> batch.hasSeen(1, row))).containsExactly(7, 9);
    }

    @Test
    void shouldGiveEachTargetItsWeightAndLeaveOutWhatHasNone() {
        SequenceBatch batch = new SequenceBatch(4);
        batch.addExample(new int[] {1, 2, 3, 4}, new float[] {9, 3, 0, .5f}, 0, 4);

        assertThat(batch.tokens()).isEqualTo(3);
        assertThat(batch.targetCount()).isEqualTo(2);
        assertThat(batch.weightSum()).isEqualTo(3.5);
        assertThat(batch.target(1)).isEqualTo(SequenceBatch.NO_TARGET);
        assertThat(batch.input(1)).isEqualTo(2);
        assertThat(batch.weight(2)).isEqualTo(.5f);
    }

    @Test
    void shouldEndAnExampleWithItsLastTarget() {
        SequenceBatch batch = new SequenceBatch(2);
        batch.addExample(new int[] {1, 2, 3, 4, 5}, new float[] {1, 1, 1, 0, 0}, 0, 5);
        batch.addExample(new int[] {1, 2}, new float[] {1, 0}, 0, 2);

        assertThat(batch.sequences()).isEqualTo(1);
        assertThat(batch.target(batch.tokens() - 1)).isEqualTo(3);
        assertThat(batch.position(1)).as("the newest token's").isEqualTo(1);
        assertThat(batch.hasSeen(0, 5)).isTrue();
    }

    @Test
    void shouldKeepWhatWasSeenApartWhenManySequencesCome() {
        SequenceBatch batch = new SequenceBatch(4);
        for (int s = 0; s < 1000; s++) {
            batch.addExample(new int[] {s, s + 1, s + 2}, 0, 3);
        }

        assertThat(batch.hasSeen(999, 1001)).isTrue();
        assertThat(batch.hasSeen(999, 998)).isFalse();
        batch.clear();
        batch.addExample(new int[] {5, 6}, 0, 2);
        assertThat(batch.hasSeen(0, 0)).isFalse();
        assertThat(batch.hasSeen(0, 6)).isTrue();
    }
}
