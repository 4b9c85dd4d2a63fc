package io.freshet.training.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.NonFiniteModelException;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.ModelDelta;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ModelChangesTest {
    private static final int MAX_ROWS = 5;
    private static final int ITEMS = 5;

    private final RecommenderModel model = RecommenderModel.initial(
            new ModelConfig(new SasRecConfig(16, 8, 1, 1), 0.5f, 3), new CooccurrenceConfig(2, 8, 100));
    private final ModelChanges changes = new ModelChanges(model, MAX_ROWS);

    @BeforeEach
    void addItems() {
        for (int item = 0; item < ITEMS; item++) {
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

        ModelDelta delta = changes.take(model, 10, ModelChanges.Selection.ALL).getFirst();

        assertThat(delta.fromStep()).isZero();
        assertThat(delta.memory().clicksOfStep()).containsExactly(1, 0, 2);
        assertThat(delta.memory().historyLengths()).containsExactly(2, 1, 1);
        assertThat(delta.memory().rows()).containsExactly(1, 2, 3, 4, 3, 0, 4);
        assertThat(changes.take(model, 10, ModelChanges.Selection.ALL)).isEmpty();
    }

    @Test
    void shouldTellAnErasureBetweenTheClicksOfAStep() {
        changes.observe(model, new int[] {0}, 0, 1, 1);
        changes.erase(model, new int[] {0, 1});
        step(new int[] {0, 3});

        ModelDelta delta = changes.take(model, 10, ModelChanges.Selection.ALL).getFirst();

        assertThat(delta.memory().clicksOfStep()).containsExactly(3);
        assertThat(delta.memory().historyLengths()).containsExactly(1, -2, 1);
        assertThat(delta.memory().rows()).containsExactly(0, 1, 0, 1, 0, 3);
    }

    @Test
    void shouldGiveUpWhatNobodyTookWhenItIsTooMuch() {
        step(new int[] {0, 1, 2}, new int[] {1, 2, 3});
        step(new int[] {2, 3, 4});

        List<ModelDelta> delta = changes.take(model, 10, ModelChanges.Selection.ALL);

        assertThat(delta.getFirst().fromStep()).isEqualTo(1);
        assertThat(delta.getFirst().memory().clicksOfStep()).containsExactly(1);
        assertThat(delta.getFirst().memory().rows()).containsExactly(2, 3, 4);
    }

    @Test
    void shouldTakeRowsThatChangedMostFirst() {
        changes.add(1, true); // 8 units
        changes.add(2, true);
        changes.add(2, true);
        changes.add(3, false);
        step();

        assertThat(rows(1)).containsExactly(2);
        assertThat(changes.pendingRows()).isEqualTo(1);
        step();
        assertThat(rows(5)).containsExactly(1);
        step();
        assertThat(rows(5)).as("one negative example").isEmpty();
        for (int i = 0; i < 7; i++) {
            changes.add(3, false);
        }
        step();
        assertThat(rows(5)).containsExactly(3);
        assertThat(changes.pendingRows()).isZero();
    }

    @Test
    void shouldTakeTurnsAmongRowsThatChangedEqually() {
        List<Integer> taken = new ArrayList<>();
        for (int turn = 0; turn < 3; turn++) {
            for (int row = 0; row < ITEMS; row++) {
                for (int i = 0; i < 40; i++) { // more than can be counted
                    changes.add(row, true);
                }
            }
            step();
            Arrays.stream(rows(2)).forEach(taken::add);
        }
        assertThat(taken).hasSize(6).contains(0, 1, 2, 3, 4);
    }

    @Test
    void shouldTakeNewItemsWhateverTheLimit() {
        changes.addItem(4);
        changes.addItem(2);
        step();

        ModelDelta delta = changes.take(model, 10, new ModelChanges.Selection(0, false, true))
                .getFirst();

        assertThat(delta.rows()).containsExactly(2, 4);
        assertThat(delta.newItemRows()).containsExactly(2, 4);
        assertThat(delta.dense()).isEmpty();
    }

    @Test
    void shouldTakeWhatChangesAfterARestartBeforeWhatWasPending() {
        changes.add(1, true);
        changes.add(1, true);
        step();
        changes.restartFrom(model);
        changes.postponePending();
        changes.add(2, true);
        changes.add(2, true);
        step();

        assertThat(rows(1)).containsExactly(2);
        step();
        assertThat(rows(1)).containsExactly(1);
    }

    @Test
    void shouldHaveNothingPendingWhenReadersBeginAtASnapshot() {
        changes.add(1, true);
        step();
        changes.forgetPending();
        changes.add(3, true);
        step();

        assertThat(rows(5)).containsExactly(3);
        assertThat(changes.pendingRows()).isZero();
    }

    @Test
    void shouldRefuseANumberThatIsNotFiniteThoughItIsNotSelected() {
        changes.add(3, false);
        model.items()
                .memory(3)
                .set(ValueLayout.JAVA_FLOAT_UNALIGNED, model.items().at(3) + 4, Float.NaN);
        step();

        assertThatThrownBy(() -> changes.take(model, 10, new ModelChanges.Selection(5, false, true)))
                .isInstanceOf(NonFiniteModelException.class)
                .hasMessageContaining("row=3 column=1 value=NaN");
    }

    @Test
    void shouldRoundToTheNearestBfloat() {
        float[] values = {1f, 0.1f, -0.1f, 1.0039062f, 1.0117188f, 0f, Float.MIN_VALUE, Float.NaN};

        Bfloat16.round(values);

        // 1.0039062 and 1.0117188 lie in the middle between two bfloats, of which the even one is taken.
        assertThat(values).containsExactly(1f, 0.100097656f, -0.100097656f, 1f, 1.015625f, 0f, 0f, Float.NaN);
    }

    @Test
    void shouldSplitADeltaAndRoundItsValuesOnlyIfAsked() {
        for (int row = 0; row < ITEMS; row++) {
            changes.addItem(row);
        }
        step(new int[] {0, 1, 2});
        ModelDelta whole = changes.take(model, 10, ModelChanges.Selection.ALL).getFirst();

        List<ModelDelta> exact = ModelChanges.split(whole, 2, false);
        List<ModelDelta> rounded = ModelChanges.split(whole, 2, true);

        assertThat(exact).extracting(part -> part.rows().length).containsExactly(2, 2, 1);
        assertThat(joined(exact)).containsExactly(whole.rowValues());
        float[] expected = whole.rowValues().clone();
        Bfloat16.round(expected);
        assertThat(expected).isNotEqualTo(whole.rowValues());
        assertThat(joined(rounded)).containsExactly(expected);
        float[] dense = whole.dense().clone();
        Bfloat16.round(dense);
        assertThat(rounded.getFirst().dense()).containsExactly(dense);
        assertThat(rounded.getFirst().newItemRows()).containsExactly(0, 1, 2, 3, 4);
        assertThat(rounded.getFirst().memory()).isEqualTo(whole.memory());
        assertThat(rounded).extracting(ModelDelta::part).containsExactly(0, 1, 2);
        assertThat(rounded).extracting(ModelDelta::parts).containsOnly(3);
        assertThat(rounded.getLast().dense()).isEmpty();
    }

    private static float[] joined(List<ModelDelta> parts) {
        List<Float> all = new ArrayList<>();
        for (ModelDelta part : parts) {
            for (float value : part.rowValues()) {
                all.add(value);
            }
        }
        float[] values = new float[all.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = all.get(i);
        }
        return values;
    }

    private int[] rows(int most) {
        return changes.take(model, 10, new ModelChanges.Selection(most, true, true))
                .getFirst()
                .rows();
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
