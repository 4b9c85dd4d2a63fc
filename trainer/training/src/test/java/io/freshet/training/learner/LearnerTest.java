package io.freshet.training.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.RowTable;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.loss.LossConfig.Sampling;
import io.freshet.training.optimizer.Adam;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LearnerTest {
    private static final ModelConfig CONFIG = new ModelConfig(new SasRecConfig(32, 10, 2, 1), 0.1f, 5);
    private static final int ITEMS = 300;

    private static TrainingConfig training(LossConfig loss, int workers) {
        return new TrainingConfig(new Adam.Settings(1e-2f, 0.9f, 0.999f, 1e-8f, 1e-6f), 0.3f, loss, workers, 3);
    }

    /** Returns 200 sequences with about 1,000 tokens, so that each shard has several chunks. */
    private static SequenceBatch batch(int step) {
        SequenceBatch batch = new SequenceBatch(10);
        for (int s = 0; s < 200; s++) {
            int[] rows = new int[2 + (int) CounterRandom.below(9, 1, step, Purpose.SHUFFLE, s)];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = (int) CounterRandom.below(ITEMS, 2, step, Purpose.SHUFFLE, 100L * s + i);
            }
            batch.addExample(rows, 0, rows.length);
        }
        return batch;
    }

    private static Learner learner(int negatives, int workers) {
        return learner(LossConfig.scaledCrossEntropy(negatives), workers);
    }

    private static Learner learner(LossConfig loss, int workers) {
        Learner learner = new Learner(RecommenderModel.initial(CONFIG), training(loss, workers));
        for (int i = 0; i < ITEMS; i++) {
            learner.addIfAbsent("item-" + i);
        }
        return learner;
    }

    private static void learn(Learner learner, int from, int to) {
        for (int step = from; step < to; step++) {
            learner.learn(batch(step));
            learner.model().completeStep(step + 1);
        }
    }

    private static void assertSameBytes(RecommenderModel a, RecommenderModel b) {
        assertThat(a.dense().mismatch(b.dense())).isEqualTo(-1);
        assertThat(a.items().rows()).isEqualTo(b.items().rows());
        for (int row = 0; row < a.items().rows(); row++) {
            assertThat(row(a, row).mismatch(row(b, row))).as("row %d", row).isEqualTo(-1);
        }
    }

    private static MemorySegment row(RecommenderModel model, int row) {
        return model.items()
                .memory(row)
                .asSlice(model.items().at(row), model.items().rowBytes());
    }

    private static void close(Learner learner) {
        learner.close();
        learner.model().close();
    }

    static List<LossConfig> losses() {
        return List.of(
                LossConfig.crossEntropy(),
                LossConfig.tightCrossEntropy(0.7f),
                LossConfig.scaledCrossEntropy(50),
                LossConfig.scaledCrossEntropy(1000),
                LossConfig.scaledCrossEntropy(20).with(Sampling.GROUP),
                LossConfig.scaledCrossEntropy(50).withPopularityPower(0.5f),
                LossConfig.sampledSoftmax(20).with(Sampling.POSITION),
                LossConfig.noiseContrastive(20).with(Sampling.GROUP).withPopularityPower(1f),
                LossConfig.negativeSampling(20).with(Sampling.POSITION).withPopularityPower(0.75f),
                LossConfig.binaryCrossEntropy(),
                LossConfig.pairwiseRanking());
    }

    @ParameterizedTest
    @MethodSource("losses")
    void shouldGiveTheSameBytesWithAnyNumberOfWorkers(LossConfig loss) {
        Learner one = learner(loss, 1);
        Learner two = learner(loss, 2);
        Learner five = learner(loss, 5);
        List.of(one, two, five).forEach(learner -> learn(learner, 0, 10));

        assertSameBytes(one.model(), two.model());
        assertSameBytes(one.model(), five.model());
        List.of(one, two, five).forEach(LearnerTest::close);
    }

    /** The early steps run in the interpreter, the later ones in compiled code. */
    @ParameterizedTest
    @MethodSource("losses")
    void shouldGiveTheSameBytesColdAndWarm(LossConfig loss) {
        Learner cold = learner(loss, 2);
        learn(cold, 0, 100);
        Learner warm = learner(loss, 2);
        learn(warm, 0, 100);

        assertSameBytes(cold.model(), warm.model());
        close(cold);
        close(warm);
    }

    @ParameterizedTest
    @MethodSource("losses")
    void shouldLowerTheLossOnWhatRepeats(LossConfig loss) {
        Learner learner = learner(loss, 2);
        double first = learner.learn(batch(0));
        for (int i = 0; i < 60; i++) {
            learner.learn(batch(0));
        }

        assertThat(learner.learn(batch(0))).isLessThan(0.7 * first);
        close(learner);
    }

    /** A weighted mean does not depend on the unit of the weights, and scaling floats by a power of two is exact. */
    @ParameterizedTest
    @ValueSource(floats = {1f, 4f})
    void shouldEndInSameBytesWhereAllTargetsWeighAlike(float weight) {
        Learner plain = learner(50, 2);
        Learner weighted = learner(50, 2);
        SequenceBatch batch = new SequenceBatch(10);
        SequenceBatch weightedBatch = new SequenceBatch(10);
        float[] weights = new float[6];
        Arrays.fill(weights, weight);
        for (int s = 0; s < 100; s++) {
            int[] rows = {s, s + 7, 2 * s, s, 11, s + 1};
            batch.addExample(rows, s % 4, 6);
            weightedBatch.addExample(rows, weights, s % 4, 6);
        }
        for (int step = 0; step < 3; step++) {
            double loss = plain.learn(batch);
            assertThat(weighted.learn(weightedBatch)).isCloseTo(loss, within(1e-12));
        }

        assertSameBytes(plain.model(), weighted.model());
        close(plain);
        close(weighted);
    }

    @Test
    void shouldLeaveAModelWithoutTargetsAlone() {
        Learner learner = learner(50, 2);
        Learner untouched = learner(50, 2);
        SequenceBatch empty = new SequenceBatch(10);
        empty.addExample(new int[] {7}, 0, 1);

        assertThat(learner.learn(empty)).isZero();
        assertSameBytes(learner.model(), untouched.model());
        assertThat(learner.optimizerStep()).isZero();
        close(learner);
        close(untouched);
    }

    @Test
    void shouldLearnFromAnItemMoreThan88AboveTheTarget() {
        Learner learner = learner(1000, 1);
        RecommenderModel model = learner.model();
        for (int c = 0; c < model.dim(); c++) {
            model.items()
                    .memory(9)
                    .set(ValueLayout.JAVA_FLOAT, model.items().at(9) + 4L * c, c % 2 == 0 ? 300f : -299f);
        }

        double loss = learner.learn(batch(0));

        assertThat(loss).isFinite().isPositive();
        assertThat(row(model, 3).get(ValueLayout.JAVA_FLOAT, 0)).isFinite();
        close(learner);
    }

    @Test
    void shouldBringAReaderToTheSameBytesByDeltas() {
        Learner learner = learner(50, 2);
        RecommenderModel reader = RecommenderModel.initial(CONFIG);
        learn(learner, 0, 3);
        reader.apply(learner.changes().take(learner.model(), 40, ModelChanges.Selection.ALL));
        learner.addIfAbsent("late-item");
        learn(learner, 3, 5);
        List<ModelDelta> delta = learner.changes().take(learner.model(), 40, ModelChanges.Selection.ALL);
        reader.apply(delta);

        assertThat(delta).hasSizeGreaterThan(1);
        assertThat(reader.step()).isEqualTo(5);
        assertThat(reader.vocabulary().rowOf("late-item")).isEqualTo(ITEMS);
        assertSameBytes(learner.model(), reader);
        assertThat(learner.changes().take(learner.model(), 40, ModelChanges.Selection.ALL))
                .isEmpty();
        close(learner);
        reader.close();
    }

    @ParameterizedTest
    @ValueSource(floats = {0f, 0.75f})
    void shouldGoOnFromASnapshotWithTheSameBytes(float popularityPower, @TempDir Path folder) throws IOException {
        LossConfig loss = LossConfig.scaledCrossEntropy(50).withPopularityPower(popularityPower);
        Learner learner = learner(loss, 2);
        learn(learner, 0, 4);
        var store = new FileSnapshotStore(folder);
        SnapshotFiles files = new SnapshotFiles();
        LearnerSnapshot.addTo(files, learner);
        String version = store.save(ModelSnapshot.draft("shop", CONFIG, 4, Instant.EPOCH), files)
                .version();
        learn(learner, 4, 8);

        try (Snapshot snapshot = store.open("shop", version)) {
            RecommenderModel model = ModelSnapshot.read(snapshot);
            Learner restored = new Learner(model, training(loss, 1));
            LearnerSnapshot.readInto(snapshot, restored);
            learn(restored, 4, 8);

            assertThat(model.config()).isEqualTo(CONFIG);
            assertSameBytes(learner.model(), model);
            close(restored);
        }
        close(learner);
    }

    @Test
    void shouldChangeNothingAndCountTheStepWhenAnItemsVectorIsNotANumber() {
        try (Learner learner = learner(40, 2);
                Learner untouched = learner(40, 2)) {
            learn(learner, 0, 2);
            learn(untouched, 0, 2);
            int row = batch(2).input(0);
            MemorySegment vector = row(learner.model(), row);
            float before = vector.get(ValueLayout.JAVA_FLOAT, 0);
            vector.set(ValueLayout.JAVA_FLOAT, 0, Float.NaN);

            double loss = learner.learn(batch(2));

            assertThat(loss).isNaN();
            assertThat(learner.skippedSteps()).isEqualTo(1);
            vector.set(ValueLayout.JAVA_FLOAT, 0, before);
            assertSameBytes(learner.model(), untouched.model());
            assertThat(learner.learn(batch(2))).isFinite();
            assertThat(learner.optimizerStep()).isEqualTo(4);
        }
    }

    @Test
    void shouldChangeNothingWhenTheGradientsOverflowThoughTheLossIsFinite() {
        LossConfig loss = LossConfig.scaledCrossEntropy(40);
        try (Learner learner = learner(loss, 1);
                Learner untouched = learner(loss, 1)) {
            for (Learner each : List.of(learner, untouched)) {
                int at = each.model().denseSize() - 2 * CONFIG.encoder().dim(); // the final norm's gain
                for (int i = 0; i < CONFIG.encoder().dim(); i++) {
                    each.model().dense().setAtIndex(ValueLayout.JAVA_FLOAT, at + i, 1e-30f);
                }
                // Hidden states of 1e-30 times vectors of 1e30: scores near one, gradients near 1e30.
                for (int row = 0; row < ITEMS; row++) {
                    MemorySegment vector = row(each.model(), row);
                    for (int i = 0; i < CONFIG.encoder().dim(); i++) {
                        vector.setAtIndex(
                                ValueLayout.JAVA_FLOAT, i, 1e30f * vector.getAtIndex(ValueLayout.JAVA_FLOAT, i));
                    }
                }
            }

            double mean = learner.learn(batch(0));

            assertThat(mean).isNaN();
            assertThat(learner.skippedSteps()).isEqualTo(1);
            assertSameBytes(learner.model(), untouched.model());
        }
    }

    @Test
    void shouldScaleGradientsDownToTheConfiguredGlobalNorm() {
        LossConfig loss = LossConfig.crossEntropy();
        double[] norms = new double[3];
        float[] bounds = {0f, 1e-3f, 1e6f};
        for (int i = 0; i < bounds.length; i++) {
            TrainingConfig config = training(loss, 2).withMaxGradientNorm(bounds[i]);
            try (Learner learner = new Learner(RecommenderModel.initial(CONFIG), config)) {
                for (int item = 0; item < ITEMS; item++) {
                    learner.addIfAbsent("item-" + item);
                }
                learner.learn(batch(0));
                norms[i] = normOfFirstMoments(learner) / (1 - .9);
            }
        }

        assertThat(norms[0]).isGreaterThan(.01);
        assertThat(norms[1]).isCloseTo(1e-3, within(1e-5));
        assertThat(norms[2]).isEqualTo(norms[0]);
    }

    /**
     * Returns the norm of the first moments. After one step from zero they are 1 - β₁ times the gradients, including
     * weight decay.
     */
    private static double normOfFirstMoments(Learner learner) {
        double squares = 0;
        MemorySegment dense = learner.denseFirstMoments().memory();
        for (int i = 0; i < learner.model().denseSize(); i++) {
            squares += Math.pow(dense.getAtIndex(ValueLayout.JAVA_FLOAT, i), 2);
        }
        RowTable moments = learner.itemFirstMoments();
        for (int row = 0; row < ITEMS; row++) {
            for (int i = 0; i < moments.dim(); i++) {
                float m = moments.memory(row).get(ValueLayout.JAVA_FLOAT, moments.at(row) + 4L * i);
                squares += (double) m * m;
            }
        }
        return Math.sqrt(squares);
    }
}
