package io.freshet.training.online;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.training.learner.ModelChanges;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DeltaBudgetTest {
    private static final int DIM = 8; // 18 bytes a row
    private static final int DENSE = 1_000; // 2,000 bytes
    private static final long SECOND = 1_000_000_000;

    @Test
    void shouldKeepToTheBytesOfASecond() {
        DeltaBudget budget = new DeltaBudget(6_000, DIM, DENSE);
        budget.begin(0);
        int rows = 0;
        int dense = 0;
        for (int i = 1; i <= 100; i++) { // 20 seconds
            ModelChanges.Selection selection = budget.at(i * SECOND / 5);
            budget.spend(List.of(delta(selection)));
            rows += selection.rows();
            dense += selection.dense() ? 1 : 0;
        }
        assertThat(dense)
                .as("half of 6,000 bytes a second, and one at the beginning")
                .isBetween(29, 32);
        assertThat(rows * 18).as("the other half").isBetween(58_000, 62_000);
    }

    @Test
    void shouldGiveToRowsWhatTheDenseParametersDoNotNeed() {
        DeltaBudget budget = new DeltaBudget(6_000, DIM, 0);
        budget.begin(0);

        ModelChanges.Selection selection = budget.at(SECOND / 2);

        assertThat(selection.rows()).isEqualTo(3_000 / 18);
        assertThat(budget.at(100 * SECOND).rows())
                .as("no more than a second's bytes")
                .isEqualTo(6_000 / 18);
    }

    @Test
    void shouldHoldBackOtherRowsForASecondAtMostWhateverNewItemsTake() {
        DeltaBudget budget = new DeltaBudget(6_000, DIM, 0);
        budget.begin(0);
        budget.spend(List.of(delta(new ModelChanges.Selection(100_000, false, true))));

        assertThat(budget.at(SECOND).rows()).isZero();
        assertThat(budget.at(2 * SECOND).rows()).isEqualTo(6_000 / 18);
    }

    @Test
    void shouldTakeEverythingWithoutALimit() {
        DeltaBudget budget = new DeltaBudget(0, DIM, DENSE);
        budget.begin(0);

        assertThat(budget.at(1)).isEqualTo(ModelChanges.Selection.ALL);
    }

    private static ModelDelta delta(ModelChanges.Selection selection) {
        int[] rows = IntStream.range(0, selection.rows()).toArray();
        return new ModelDelta(
                0,
                new ModelDelta.Steps(0, 1),
                ModelDelta.Part.ONLY,
                ModelDelta.VocabularyChange.none(rows.length),
                new ModelDelta.RowValues(DIM, rows, new float[DIM * rows.length]),
                new float[selection.dense() ? DENSE : 0],
                MemoryDelta.NONE);
    }
}
