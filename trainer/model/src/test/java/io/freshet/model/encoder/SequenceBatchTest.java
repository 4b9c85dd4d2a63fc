package io.freshet.model.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.encoder.network.FmlpRecConfig;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SequenceBatchTest {
    /** An encoder that pads sequences to three positions and has one state per sequence. */
    private static final EncoderShape ONE_STATE = new FmlpRecConfig(16, 3, 1);

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

    @Test
    void shouldGiveEachTargetASequenceOfItsOwnWhereASequenceHasOneState() {
        SequenceBatch batch = new SequenceBatch(ONE_STATE);
        batch.addExample(new int[] {9, 1, 2, 3, 4, 5, 8}, new float[] {1, 1, 1, 0, .5f, 1, 1}, 1, 6);
        batch.addHistory(new int[] {7, 9, 9, 6}, 0, 4);

        assertThat(sequencesOf(batch)).containsExactly("[1] 2", "[1, 2, 3] 4", "[2, 3, 4] 5", "[9, 9, 6] -1");
        assertThat(batch.states()).isEqualTo(4);
        assertThat(batch.targetCount()).isEqualTo(3);
        assertThat(batch.weightSum()).isEqualTo(2.5);
        assertThat(batch.weight(1)).isEqualTo(.5f);
        assertThat(IntStream.range(0, 10).filter(row -> batch.hasSeen(1, row))).containsExactly(1, 2, 3, 4, 5);
        assertThat(IntStream.range(0, 10).filter(row -> batch.hasSeen(3, row))).containsExactly(6, 7, 9);
        assertThat(batch.places(1, 3)).as("padded to the longest").isEqualTo(2 * ONE_STATE.maxLength());
    }

    @Test
    void shouldLearnTheNewestTargetsOfAGrownSequenceAndAnyOfAnother() {
        int[] rows = IntStream.range(0, 20).toArray();
        SequenceBatch batch = new SequenceBatch(ONE_STATE, 3, 42);
        batch.addGrown(rows, null, 0, 20);
        assertThat(sequencesOf(batch)).containsExactly("[14, 15, 16] 17", "[15, 16, 17] 18", "[16, 17, 18] 19");

        int[] drawn = new int[20];
        for (int step = 0; step < 2_000; step++) {
            batch.clear(step);
            batch.addExample(rows, null, 0, 20);
            assertThat(batch.states()).isEqualTo(3);
            IntStream.range(0, 3).forEach(state -> drawn[batch.target(state)]++);
        }
        // Each of the 19 targets is one of the three drawn in about 316 of 2,000 steps. Six standard deviations are 98.
        assertThat(IntStream.range(1, 20).map(target -> drawn[target])).allMatch(count -> Math.abs(count - 316) < 98);
        assertThat(drawn[0]).isZero();
    }

    @Test
    void shouldDrawTheSameTargetsOfASequenceAtTheSameStep() {
        int[] rows = IntStream.range(0, 20).toArray();
        SequenceBatch batch = new SequenceBatch(ONE_STATE, 2, 42);
        batch.clear(7);
        batch.addExample(rows, 0, 20);
        batch.addExample(rows, 0, 20);
        List<String> drawn = sequencesOf(batch);
        batch.clear(8);
        batch.addExample(rows, 0, 20);
        batch.addExample(rows, 0, 20);
        assertThat(sequencesOf(batch)).isNotEqualTo(drawn);
        batch.clear(7);
        batch.addExample(rows, 0, 20);
        batch.addExample(rows, 0, 20);

        assertThat(sequencesOf(batch)).isEqualTo(drawn);
        assertThat(drawn.subList(0, 2)).as("another example's draws").isNotEqualTo(drawn.subList(2, 4));
    }

    /** Returns the inputs and the target of each sequence. */
    private static List<String> sequencesOf(SequenceBatch batch) {
        return IntStream.range(0, batch.sequences())
                .mapToObj(s -> IntStream.range(batch.start(s), batch.start(s + 1))
                                .mapToObj(batch::input)
                                .toList()
                        + " " + batch.target(batch.firstState(s)))
                .toList();
    }
}
