package io.freshet.training.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.optimizer.Adam;
import io.freshet.training.step.OnlineLearner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests fits of walks around a circle of items, in which item i + 1 follows item i. */
final class FitTest {
    private static final int ITEMS = 40;
    private static final int USERS = 300;

    @TempDir
    private Path folder;

    private final Vocabulary items = new Vocabulary();
    private final SequenceDataset data = walks();

    @Test
    void shouldFindTheNextItemWhenItFollowsFromTheLast() {
        try (Fit fit = new Fit(data, items, config(40, 0, 2, 20))) {
            FitResult result = fit.run(FitListener.SILENT, FitTest::never);
            assertThat(result.test().users()).isEqualTo(USERS);
            assertThat(result.test().at5().hr()).isGreaterThan(.95);
            assertThat(result.curve()).hasSize(8);
            assertThat(result.stopped()).isFalse();
        }
    }

    @Test
    void shouldStandAtTheBestEpochWhenLaterOnesAreWorse() {
        try (Fit fit = new Fit(data, items, config(12, 0, 1, 20));
                LeaveOneOut evaluation = new LeaveOneOut(
                        data, SeenItems.RANKED, fit.learner().model().config(), 1)) {
            FitResult result = fit.run(FitListener.SILENT, FitTest::never);
            double best = result.curve().stream()
                    .mapToDouble(point -> point.validation().at10().ndcg())
                    .max()
                    .orElseThrow();
            assertThat(result.validation().at10().ndcg()).isEqualTo(best);
            assertThat(evaluation.measure(fit.learner().model(), HeldOut.VALIDATION))
                    .isEqualTo(result.validation());
            assertThat(fit.learner().optimizerStep()).isEqualTo((long) result.bestEpoch() * fit.batches());
            assertThat(fit.learner().model().step()).isEqualTo(fit.learner().optimizerStep());
        }
    }

    @Test
    void shouldEndWhenItsPatienceIsAtAnEnd() {
        try (Fit fit = new Fit(data, items, config(400, 2, 1, 20))) {
            FitResult result = fit.run(FitListener.SILENT, FitTest::never);
            assertThat(result.epochs()).isLessThan(400).isEqualTo(result.bestEpoch() + 2 * 5);
        }
    }

    @Test
    void shouldKeepTheBestEpochSoFarWhenStopped() {
        int[] batches = {0};
        try (Fit fit = new Fit(data, items, config(40, 0, 1, 20))) {
            FitResult result = fit.run(FitListener.SILENT, () -> batches[0]++ == 12 * fit.batches() + 3);
            assertThat(result.stopped()).isTrue();
            assertThat(result.epochs()).isEqualTo(12);
            assertThat(result.bestEpoch()).isIn(5, 10);
        }
    }

    @Test
    void shouldKeepWhatItHasWhenStoppedBeforeTheFirstValidation() {
        try (Fit fit = new Fit(data, items, config(40, 0, 1, 20))) {
            FitResult result = fit.run(FitListener.SILENT, () -> true);
            assertThat(result.bestEpoch()).isZero();
            assertThat(result.curve()).hasSize(1);
        }
    }

    @Test
    void shouldTellOfEachBatchAndValidation() {
        List<String> told = new ArrayList<>();
        try (Fit fit = new Fit(data, items, config(5, 0, 1, 100))) {
            fit.run(
                    new FitListener() {
                        @Override
                        public void learned(int epoch, int batches, int ofBatches, double loss) {
                            told.add(epoch + ":" + batches + "/" + ofBatches);
                        }

                        @Override
                        public void validated(FitResult.CurvePoint point, boolean best) {
                            told.add("validated " + point.epoch() + " " + best);
                        }
                    },
                    FitTest::never);
        }
        assertThat(told).hasSize(5 * 3 + 1).startsWith("1:1/3", "1:2/3").endsWith("5:3/3", "validated 5 true");
    }

    @Test
    void shouldWriteTheSameBytesWithAnyNumberOfWorkers() throws IOException {
        String one = snapshot("one", 1).version();
        String two = snapshot("two", 2).version();
        String again = snapshot("again", 2).version();
        assertThat(two).isEqualTo(one);
        assertThat(again).isEqualTo(one);
    }

    @Test
    void shouldEndWithTheSameBytesWhenItWasInterruptedAndGoesOn() throws IOException {
        FitConfig config = config(22, 0, 2, 64);
        Path kept = folder.resolve("kept");
        FitResult uninterrupted;
        String expected;
        try (Fit fit = new Fit(data, items, config)) {
            uninterrupted = fit.run(FitListener.SILENT, FitTest::never);
            expected = save(fit, uninterrupted, "uninterrupted");
        }
        for (int interruption = 1; interruption <= 3; interruption++) {
            // Interrupts in the middle of an epoch: 2, 8 and 6 epochs after the beginning or the last validation.
            int batches = List.of(2, 8, 6).get(interruption - 1);
            int[] asked = {0};
            try (Fit fit = new Fit(data, items, config)) {
                assertThat(fit.goOnFrom(kept)).isEqualTo(List.of(0, 0, 5).get(interruption - 1));
                fit.run(FitListener.SILENT, () -> asked[0]++ == batches * fit.batches() + 1);
            }
        }
        try (Fit fit = new Fit(data, items, config.with(config.training().withWorkers(1)))) {
            assertThat(fit.goOnFrom(kept)).isEqualTo(10);
            FitResult result = fit.run(FitListener.SILENT, FitTest::never);

            assertThat(save(fit, result, "interrupted")).isEqualTo(expected);
            assertThat(result.bestEpoch()).isEqualTo(uninterrupted.bestEpoch());
            assertThat(result.test()).isEqualTo(uninterrupted.test());
            assertThat(result.curve())
                    .usingRecursiveComparison()
                    .ignoringFields("seconds")
                    .isEqualTo(uninterrupted.curve());
        }
        try (Fit fit = new Fit(data, items, config)) {
            assertThat(fit.goOnFrom(kept)).isEqualTo(22);
            assertThat(save(fit, fit.run(FitListener.SILENT, FitTest::never), "again"))
                    .isEqualTo(expected);
        }
        assertThat(new FileSnapshotStore(kept).versions("last")).hasSize(1);
        assertThat(new FileSnapshotStore(kept).versions("best")).hasSize(1);
    }

    @Test
    void shouldRefuseToGoOnWithOtherSettings() throws IOException {
        Path kept = folder.resolve("kept");
        try (Fit fit = new Fit(data, items, config(5, 0, 1, 64))) {
            fit.goOnFrom(kept);
            fit.run(FitListener.SILENT, FitTest::never);
        }
        try (Fit fit = new Fit(data, items, config(6, 0, 1, 64))) {
            assertThatThrownBy(() -> fit.goOnFrom(kept))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("began with other [epochs]");
        }
    }

    @Test
    void shouldRefuseAFolderThatIsInUseOrHasOtherFiles() throws IOException {
        FitConfig config = config(5, 0, 1, 64);
        Path others = Files.createDirectories(folder.resolve("others"));
        Path file = Files.writeString(others.resolve("precious"), "1");
        Path kept = folder.resolve("kept");
        try (Fit first = new Fit(data, items, config);
                Fit second = new Fit(data, items, config)) {
            assertThatThrownBy(() -> second.goOnFrom(others))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("name a new or an empty folder");
            first.goOnFrom(kept);
            assertThatThrownBy(() -> second.goOnFrom(kept))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another fit uses the folder");
        }
        assertThat(file).hasContent("1");
    }

    @Test
    void shouldGoOnOnlineWhenRestoredFromItsSnapshot() throws IOException {
        Manifest manifest = snapshot("circle", 1);
        try (Snapshot snapshot = store().open("circle", manifest.version());
                OnlineLearner online =
                        OnlineLearner.restore(snapshot, TrainingConfig.defaults(1), LearningConfig.DEFAULT)) {
            assertThat(online.replayUsers()).isEqualTo(USERS);
            assertThat(online.metrics().running().events()).isZero();
            assertThat(online.model().step()).isEqualTo(manifest.step()).isPositive();
            assertThat(online.model().vocabulary().size()).isEqualTo(ITEMS);
        }
        assertThat(manifest.modelLog().offset()).isZero();
        assertThat(manifest.inputs()).isEmpty();
        assertThat(manifest.metrics()).containsKeys("test_ndcg10", "validation_ndcg10", "epochs");
    }

    @Test
    void shouldLearnFromWholeSequencesWhenFewUsersAreHeldOut() {
        HeldOutUsers some = new HeldOutUsers(.2);
        long heldOut = IntStream.range(0, data.users())
                .filter(user -> some.include(data.user(user), data.sequence(user)))
                .count();
        assertThat(heldOut).isBetween(USERS / 10L, USERS * 3L / 10);
        long learned = IntStream.range(0, data.users())
                .map(user -> some.learnedLength(data.user(user), data.sequence(user)))
                .sum();
        assertThat(learned).isEqualTo(data.interactions() - 2 * heldOut);
        try (Fit fit = new Fit(data, items, config(5, 0, 1, 20, some))) {
            assertThat(fit.run(FitListener.SILENT, FitTest::never).validation().users())
                    .isEqualTo(heldOut);
        }
    }

    @Test
    void shouldRefuseWhenThereIsNothingToLearnFrom() {
        Vocabulary few = new Vocabulary();
        SequenceDataset.Builder builder = SequenceDataset.builder(few::addIfAbsent);
        builder.add("u", "a", 0).add("u", "b", 1).add("u", "c", 2);
        assertThatThrownBy(() -> new Fit(builder.build(), few, config(1, 0, 1, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("besides those held out");
    }

    private static boolean never() {
        return false;
    }

    private Manifest snapshot(String model, int workers) throws IOException {
        try (Fit fit = new Fit(data, items, config(6, 0, workers, 64))) {
            FitResult result = fit.run(FitListener.SILENT, FitTest::never);
            return new FitSnapshot(fit, result, Map.of(), LearningConfig.DEFAULT).save(store(), model, Instant.EPOCH);
        }
    }

    private String save(Fit fit, FitResult result, String model) throws IOException {
        return new FitSnapshot(fit, result, Map.of(), LearningConfig.DEFAULT)
                .save(store(), model, Instant.EPOCH)
                .version();
    }

    private SnapshotStore store() {
        return new FileSnapshotStore(folder);
    }

    private static FitConfig config(int epochs, int patience, int workers, int batchUsers) {
        return config(epochs, patience, workers, batchUsers, HeldOutUsers.ALL);
    }

    private static FitConfig config(int epochs, int patience, int workers, int batchUsers, HeldOutUsers heldOut) {
        TrainingConfig training = new TrainingConfig(
                new Adam.Settings(5e-3f, .9f, .999f, 1e-8f, 0f), .1f, LossConfig.scaledCrossEntropy(20), workers, 2);
        SasRecConfig encoder = new SasRecConfig(Lanes.WIDTH, 10, 1, 1);
        return new FitConfig(
                encoder,
                FitConfig.XAVIER,
                11,
                training,
                new FitConfig.Epochs(epochs, LearningRateSchedule.CONSTANT, batchUsers),
                new FitConfig.Validation(5, SeenItems.RANKED, heldOut, patience));
    }

    private SequenceDataset walks() {
        SequenceDataset.Builder builder = SequenceDataset.builder(items::addIfAbsent);
        for (int user = 0; user < USERS; user++) {
            int length = 5 + user % 9;
            for (int i = 0; i < length; i++) {
                builder.add("user-" + user, "item-" + (7 * user + i) % ITEMS, i);
            }
        }
        return builder.build();
    }
}
