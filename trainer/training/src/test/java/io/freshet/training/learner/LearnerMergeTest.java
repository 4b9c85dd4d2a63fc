package io.freshet.training.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Matrix;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.merge.Difference;
import io.freshet.training.merge.Merge;
import io.freshet.training.optimizer.Adam;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LearnerMergeTest {
    private static final ModelConfig SHAPE = new ModelConfig(new SasRecConfig(16, 8, 1, 1), .1f, 3);

    private final RecommenderModel base = RecommenderModel.initial(SHAPE);
    private final Learner first = learner(0);
    private final Learner second = learner(1);

    @AfterEach
    void close() {
        for (Learner learner : List.of(first, second)) {
            learner.close();
            learner.model().close();
        }
        base.close();
    }

    @Test
    void shouldKeepTheMomentsOfItemsWhoseRowsChange() {
        learn(first, "a", "b", "c");
        learn(second, "c", "d", "a");
        float ofC = second.itemFirstMoments().chunk(0).get(0, 3);
        float ofD = second.itemSecondMoments().chunk(0).get(1, 5);
        float ofA = second.itemFirstMoments().chunk(0).get(2, 7);
        float untouched = first.itemFirstMoments().chunk(0).get(2, 3);

        merge();

        assertThat(second.model().vocabulary().items()).containsExactly("a", "b", "c", "d");
        Matrix moments = second.itemFirstMoments().chunk(0);
        assertThat(moments.get(2, 3)).isEqualTo(ofC).isNotZero();
        assertThat(moments.get(0, 7)).isEqualTo(ofA).isNotZero();
        assertThat(moments.get(1, 3)).as("an item of the other learner").isZero();
        assertThat(second.itemSecondMoments().chunk(0).get(3, 5)).isEqualTo(ofD).isNotZero();
        assertThat(first.itemFirstMoments().chunk(0).get(2, 3)).isEqualTo(untouched);
        assertThat(first.itemFirstMoments().chunk(0).get(3, 3)).isZero();
    }

    @Test
    void shouldAddUpTargetCountsOfSeveralMerges() {
        learn(first, "a", "b", "c");
        learn(second, "c", "a", "d");
        merge();
        learn(first, "d", "b");
        learn(second, "a", "e", "d");
        merge();

        // Each item but a sequence's first is a target.
        assertThat(first.model().vocabulary().items()).containsExactly("a", "b", "c", "d", "e");
        assertThat(first.loss().targetCounts()).containsExactly(1, 2, 1, 2, 1);
        assertThat(second.loss().targetCounts()).containsExactly(1, 2, 1, 2, 1);
    }

    @Test
    void shouldDrawOtherNumbersThanOtherLearners() {
        assertThat(first.drawStep()).isZero();
        for (int step = 0; step < 4; step++) {
            learn(first, "a", "b");
            learn(second, "a", "b");
        }
        assertThat(first.drawStep()).isEqualTo(4);
        assertThat(second.drawStep()).isEqualTo((1L << 48) + 4);
        assertThat(first.model().dense().mismatch(second.model().dense()))
                .as("dropout, and with it the weights")
                .isNotNegative();
    }

    @Test
    void shouldRefuseToGiveADifferenceWithoutAStep() {
        assertThatThrownBy(() -> first.takeDifference(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("step=0");
    }

    private void merge() {
        List<Difference> differences = List.of(first.takeDifference(1), second.takeDifference(1));
        Merge merge = Merge.of(base, differences);
        base.apply(List.of(merge.delta()));
        first.rebase(base, differences.get(0), merge);
        second.rebase(base, differences.get(1), merge);
    }

    private static void learn(Learner learner, String... items) {
        int[] rows = new int[items.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = learner.addIfAbsent(items[i]);
        }
        SequenceBatch batch = new SequenceBatch(SHAPE.encoder());
        batch.addExample(rows, 0, rows.length);
        learner.learn(batch);
        learner.model().completeStep(learner.model().step() + 1);
    }

    private static Learner learner(int number) {
        Adam.Settings adam = new Adam.Settings(1e-2f, .9f, .999f, 1e-8f, 0f);
        LossConfig loss = LossConfig.scaledCrossEntropy(2).withPopularityPower(.75f);
        Learner learner = new Learner(RecommenderModel.initial(SHAPE), new TrainingConfig(adam, .2f, loss, 1, 2));
        learner.joinAs(number);
        return learner;
    }
}
