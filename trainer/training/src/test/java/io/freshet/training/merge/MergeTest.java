package io.freshet.training.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.MemoryDelta;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class MergeTest {
    private static final int DIM = 16;

    private final RecommenderModel base = RecommenderModel.initial(
            new ModelConfig(new SasRecConfig(DIM, 8, 1, 1), 0.5f, 3), new CooccurrenceConfig(2, 8, 100));

    @BeforeEach
    void addItems() {
        for (int item = 0; item < 5; item++) {
            base.addIfAbsent("item-" + item);
        }
        base.completeStep(7);
    }

    @AfterEach
    void close() {
        base.close();
    }

    @Test
    void shouldTakeARowWholeWhenOneLearnerChangedIt() {
        Merge merge = merge(known(5, 1).row(0, 3, .1f), known(5, 2).row(4, 900, -.7f));

        assertThat(merge.delta().rows()).containsExactly(0, 4);
        assertThat(value(merge, 0)).isEqualTo(.1f);
        assertThat(value(merge, 1)).isEqualTo(-.7f);
    }

    @Test
    void shouldWeighARowByHowMuchEachLearnerChangedIt() {
        Merge merge = merge(
                known(5, 1).row(2, 1, 0f),
                known(5, 1).row(2, 3, 4f),
                known(5, 1).row(3, 1, 1f));

        assertThat(merge.delta().rows()).containsExactly(2, 3);
        assertThat(value(merge, 0)).isEqualTo(3f);
    }

    @Test
    void shouldWeighDenseParametersByClicksOfTheLearnersThatHadAny() {
        Merge merge = merge(known(1, 2f), known(0, 100f), known(3, 6f));

        assertThat(merge.delta().dense()).hasSize(base.denseSize()).containsOnly(5f);
        assertThat(merge(known(0, 1f), known(2, .3f)).delta().dense()).containsOnly(.3f);
    }

    @Test
    void shouldGiveNewItemsTheLowestFreeRowsInTheOrderOfTheLearners() {
        base.evict(List.of(1, 3));

        // Each learner has put its first new item into row 1, and the next ones into rows 3 and 5.
        Merge merge = merge(
                known(5, 1).item(1, "a", .1f).item(3, "b", .2f),
                known(5, 1).item(1, "c", .3f).item(3, "a", .4f).item(5, "d", .5f));

        assertThat(merge.delta().newItems()).containsExactly("a", "b", "c", "d");
        assertThat(merge.delta().newItemRows()).containsExactly(1, 3, 5, 6);
        assertThat(merge.delta().vocabularyRows()).isEqualTo(7);
        assertThat(merge.delta().rows()).containsExactly(1, 3, 5, 6);
        assertThat(value(merge, 0)).isEqualTo(.25f);
        assertThat(value(merge, 2)).isEqualTo(.3f);
        base.apply(List.of(merge.delta()));
        assertThat(base.vocabulary().rowOf("c")).isEqualTo(5);
    }

    @Test
    void shouldLetTheMemoryObserveTheClicksOfAllLearnersWithTheirMergedRows() {
        MemoryDelta first = new MemoryDelta(new int[] {1}, new int[] {1}, new int[] {0, 5}, mixture());
        MemoryDelta second =
                new MemoryDelta(new int[] {0, 3}, new int[] {1, -2, 2}, new int[] {5, 1, 5, 1, 5, 6, 5}, mixture());
        Merge merge = merge(
                known(1, 1).item(5, "a", 1).memory(first),
                known(2, 1).item(5, "b", 1).item(6, "a", 1).memory(second));

        MemoryDelta memory = merge.delta().memory();
        assertThat(memory.clicksOfStep()).containsExactly(1, 0, 3);
        assertThat(memory.historyLengths()).containsExactly(1, 1, -2, 2);
        assertThat(memory.rows()).containsExactly(0, 5, 6, 1, 6, 1, 6, 5, 6);
        assertThat(merge.delta().fromStep()).isEqualTo(7);
        assertThat(merge.delta().toStep()).isEqualTo(10);
    }

    @Test
    void shouldAddUpTargetCounts() {
        Merge merge = merge(
                known(5, 1).row(0, 1, 1).row(2, 1, 1).counts(4, 0),
                known(5, 1).row(1, 1, 1).row(2, 1, 1).counts(1, 7));

        assertThat(merge.delta().rows()).containsExactly(0, 1, 2);
        assertThat(merge.targetCounts()).containsExactly(4, 1, 7);
    }

    @Test
    void shouldRefuseDifferencesThatDoNotBeginAtTheBase() {
        Difference own = known(1, 1).row(2, 1, 1).build();
        base.completeStep(8);
        assertThatThrownBy(() -> Merge.of(base, List.of(own)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("base's step=8")
                .hasMessageContaining("fromStep=7");
        assertThatThrownBy(() -> Merge.of(base, List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseRowsThatAreNeitherOfTheBaseNorNew() {
        DifferenceDraft stray = known(1, 1).rows(6).row(5, 1, 1);
        assertThatThrownBy(() -> merge(stray))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row=5");
        DifferenceDraft again = known(1, 1).item(5, "item-2", 1);
        assertThatThrownBy(() -> merge(again))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("item-2");
    }

    private Merge merge(DifferenceDraft... drafts) {
        return Merge.of(base, Arrays.stream(drafts).map(DifferenceDraft::build).toList());
    }

    private float value(Merge merge, int place) {
        float[] values = merge.delta().rowValues();
        float first = values[place * DIM];
        for (int i = 0; i < DIM; i++) {
            assertThat(values[place * DIM + i]).isEqualTo(first);
        }
        return first;
    }

    private double[] mixture() {
        return base.memory().mixture();
    }

    private DifferenceDraft known(long clicks, float dense) {
        float[] parameters = new float[base.denseSize()];
        Arrays.fill(parameters, dense);
        return new DifferenceDraft(base, clicks, parameters);
    }
}
