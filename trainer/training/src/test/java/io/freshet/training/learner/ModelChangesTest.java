package io.freshet.training.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.ModelDelta;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ModelChangesTest {
    private static final int MAX_ROWS = 5;

    private final RecommenderModel model = RecommenderModel.initial(
            new ModelConfig(new SasRecConfig(16, 8, 1, 1), 0.5f, 3), new CooccurrenceConfig(2, 8, 100));
    private final ModelChanges changes = new ModelChanges(model, MAX_ROWS);

    @BeforeEach
    void addItems() {
        for (int item = 0; item < 5; item++) {
            model.addIfAbsent("item-" + item);
        }
    }

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void shouldTellTheClicksOfEachStepByTheHistoryThatMatters() {
        step(new int[] {0, 1, 2, 3});
        step();
        step(new int[] {4, 3}, new int[] {0, 4});

        ModelDelta delta = changes.take(model, 10).getFirst();

        assertThat(delta.fromStep()).isZero();
        assertThat(delta.memory().clicksOfStep()).containsExactly(1, 0, 2);
        assertThat(delta.memory().historyLengths()).containsExactly(2, 1, 1);
        assertThat(delta.memory().rows()).containsExactly(1, 2, 3, 4, 3, 0, 4);
        assertThat(changes.take(model, 10)).isEmpty();
    }

    @Test
    void shouldGiveUpWhatNobodyTookWhenItIsTooMuch() {
        step(new int[] {0, 1, 2}, new int[] {1, 2, 3});
        step(new int[] {2, 3, 4});

        List<ModelDelta> delta = changes.take(model, 10);

        assertThat(delta.getFirst().fromStep()).isEqualTo(1);
        assertThat(delta.getFirst().memory().clicksOfStep()).containsExactly(1);
        assertThat(delta.getFirst().memory().rows()).containsExactly(2, 3, 4);
    }

    /** @param clicks for each click, the rows before it and its own row */
    private void step(int[]... clicks) {
        changes.beginStep(model);
        for (int[] rows : clicks) {
            changes.observe(model, rows, 0, rows.length - 1, rows[rows.length - 1]);
        }
        model.completeStep(model.step() + 1);
    }
}
