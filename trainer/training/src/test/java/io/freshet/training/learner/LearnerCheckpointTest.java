package io.freshet.training.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Lanes;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LearnerCheckpointTest {
    private static final ModelConfig CONFIG = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 10, 1, 1), 0.1f, 5);
    private static final int ITEMS = 5000; // two chunks of a table

    private final Learner learner = learner();
    private final Learner other = learner();
    private LearnerCheckpoint checkpoint = new LearnerCheckpoint(learner);

    @BeforeEach
    void learnSome() {
        learn(learner, 0, 5);
        learn(other, 0, 5);
    }

    @AfterEach
    void close() {
        checkpoint.close();
        learner.close();
        learner.model().close();
        other.close();
        other.model().close();
    }

    @Test
    void shouldStandWhereItWasTakenWhenRestored() {
        checkpoint.take();
        learn(learner, 5, 9);
        checkpoint.restore();
        assertThat(learner.optimizerStep()).isEqualTo(5);
        assertThat(learner.model().step()).isEqualTo(5);
        assertSameWeights();
    }

    @Test
    void shouldGoOnAsIfNothingHadHappenedWhenRestored() {
        checkpoint.take();
        learn(learner, 20, 25);
        checkpoint.restore();
        learn(learner, 5, 9);
        learn(other, 5, 9);
        assertSameWeights();
    }

    @Test
    void shouldHoldTheNewestStateWhenTakenTwice() {
        checkpoint.take();
        learn(learner, 5, 7);
        checkpoint.take();
        learn(learner, 7, 9);
        checkpoint.restore();
        learn(other, 5, 7);
        assertSameWeights();
    }

    @Test
    void shouldRefuseWhenNothingWasTakenOrItemsCameSince() {
        assertThatThrownBy(() -> checkpoint.restore())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("taken=false");
        checkpoint.take();
        learner.addIfAbsent("new");
        assertThatThrownBy(() -> checkpoint.restore())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("now=" + (ITEMS + 1));
    }

    private static Learner learner() {
        Learner learner = new Learner(RecommenderModel.initial(CONFIG), TrainingConfig.defaults(1));
        for (int i = 0; i < ITEMS; i++) {
            learner.addIfAbsent("item-" + i);
        }
        return learner;
    }

    private static void learn(Learner learner, int from, int to) {
        for (int step = from; step < to; step++) {
            SequenceBatch batch = new SequenceBatch(10);
            for (int s = 0; s < 20; s++) {
                batch.addExample(new int[] {(step * 31 + s * 97) % ITEMS, s, 4500 + step, 7 * s}, 0, 4);
            }
            learner.learn(batch);
            learner.model().completeStep(learner.optimizerStep());
        }
    }

    private void assertSameWeights() {
        assertThat(learner.model().dense().mismatch(other.model().dense())).isEqualTo(-1);
        for (int row = 0; row < ITEMS; row++) {
            assertThat(row(learner, row).mismatch(row(other, row)))
                    .as("row %d", row)
                    .isEqualTo(-1);
        }
    }

    private static MemorySegment row(Learner of, int row) {
        return of.model()
                .items()
                .memory(row)
                .asSlice(of.model().items().at(row), of.model().items().rowBytes());
    }
}
