package io.freshet.training.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.cooccurrence.CooccurrenceFile;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.UserSequence;
import io.freshet.store.snapshot.Manifest;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.ModelChanges;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests streams whose items appear and disappear, with one click per millisecond, and clicks with wrong timestamps. */
final class ItemEvictionTest {
    private static final ModelConfig MODEL = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 12, 1, 1), .1f, 7);
    private static final int RETENTION = 60; // clicks
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long NOW = 1_700_000_000_000L;
    private static final LearningConfig LEARNING = new LearningConfig(
                    2, 12, new LearningConfig.Replay(8, 5, 10), new LearningConfig.Metrics(10, 50))
            .withItemRetention(Duration.ofMillis(RETENTION));

    @TempDir
    private Path folder;

    /** Returns steps of twenty users on thirty items at a time, each of which is available for some hundred clicks. */
    private static List<List<UserUpdate>> steps(int count) {
        ClickStream stream = new ClickStream();
        Random random = new Random(5);
        List<List<UserUpdate>> steps = new ArrayList<>();
        int clicks = 0;
        for (int step = 0; step < count; step++) {
            List<UserUpdate> updates = new ArrayList<>();
            for (int i = random.nextInt(1, 8); i > 0; i--) {
                updates.add(stream.click("user-" + random.nextInt(20), "item-" + (clicks++ / 3 + random.nextInt(30))));
            }
            steps.add(updates);
        }
        return steps;
    }

    private static OnlineLearner learner(int workers) {
        return learner(workers, LossConfig.scaledCrossEntropy(512));
    }

    private static OnlineLearner learner(int workers, LossConfig loss) {
        return OnlineLearner.initial(MODEL, training(workers, loss), LEARNING);
    }

    private static TrainingConfig training(int workers, LossConfig loss) {
        TrainingConfig defaults = TrainingConfig.defaults(workers);
        return new TrainingConfig(defaults.optimizer(), defaults.dropout(), loss, workers, defaults.shards());
    }

    @Test
    void shouldKeepAsManyRowsAsItemsThatAreClickedHoweverManyCome() {
        try (OnlineLearner learner = learner(2)) {
            steps(300).forEach(learner::step);

            assertThat(learner.model().vocabulary().rowOf("item-0")).isNegative();
            assertThat(learner.model().vocabulary().size()).isBetween(30, 130);
            assertThat(learner.model().items().rows())
                    .isEqualTo(learner.model().vocabulary().size());
            assertThat(learner.model().items().gapCount())
                    .isEqualTo(learner.model().vocabulary().size()
                            - learner.model().vocabulary().itemCount());
        }
    }

    @Test
    void shouldGiveAnItemThatComesBackTheVectorOfANewOne() {
        ClickStream stream = new ClickStream();
        try (OnlineLearner learner = learner(1)) {
            learner.step(List.of(stream.click("anna", "a"), stream.click("anna", "b")));
            for (int i = 0; i < 2 * RETENTION; i++) {
                learner.step(List.of(stream.click("bert-" + i % 5, "c")));
            }
            assertThat(learner.model().vocabulary().itemCount()).isEqualTo(1);
            int[] ranks = learner.rank(List.of(stream.click("anna", "b")));

            int row = learner.model().vocabulary().rowOf("b");
            assertThat(ranks)
                    .as("its user's history is forgotten with its items")
                    .containsExactly(0);
            assertThat(row).isZero();
            try (RecommenderModel fresh = RecommenderModel.initial(MODEL)) {
                fresh.addIfAbsent("b");
                assertThat(row(learner.model(), row).mismatch(row(fresh, 0))).isEqualTo(-1);
            }
        }
    }

    @Test
    void shouldEndInTheSameBytesWhateverTheThreadsAndRestarts() throws IOException {
        List<List<UserUpdate>> steps = steps(200);
        LossConfig few = LossConfig.scaledCrossEntropy(8); // fewer negatives than items
        for (LossConfig loss : List.of(
                LossConfig.scaledCrossEntropy(512),
                few,
                few.with(LossConfig.Sampling.BATCH).withPopularityPower(.5f),
                few.with(LossConfig.Sampling.POSITION),
                LossConfig.binaryCrossEntropy())) {
            try (OnlineLearner one = learner(1, loss);
                    OnlineLearner three = learner(3, loss)) {
                OnlineLearner restored = learner(2, loss);
                for (int step = 0; step < steps.size(); step++) {
                    one.step(steps.get(step));
                    three.step(steps.get(step));
                    restored.step(steps.get(step));
                    if (step % 61 == 60) {
                        restored = saveAndRestore(restored, loss);
                    }
                }
                assertThat(version(three)).isEqualTo(version(one));
                assertThat(version(restored)).isEqualTo(version(one));
                restored.close();
            }
        }
    }

    @Test
    void shouldGiveReadersTheSameModelByDeltasWhereverTheyBegin() throws IOException {
        List<List<UserUpdate>> steps = steps(200);
        try (OnlineLearner learner = learner(2);
                RecommenderModel fromStart = RecommenderModel.initial(MODEL, LEARNING.memory())) {
            List<RecommenderModel> readers = new ArrayList<>(List.of(fromStart));
            for (List<UserUpdate> step : steps) {
                learner.step(step);
                if (learner.model().step() == 98 || learner.model().step() == 130) {
                    readers.add(modelOf(learner)); // at the end of a delta, and in the middle of one
                }
                if (learner.model().step() % 7 == 0) {
                    List<ModelDelta> delta = learner.takeDelta(7, ModelChanges.Selection.ALL);
                    readers.forEach(reader -> reader.apply(delta));
                }
            }
            List<ModelDelta> last = learner.takeDelta(7, ModelChanges.Selection.ALL);
            for (RecommenderModel reader : readers) {
                reader.apply(last);
                assertSame(reader, learner.model());
            }
            readers.subList(1, readers.size()).forEach(RecommenderModel::close);
        }
    }

    @Test
    void shouldKeepTheItemsWhenOneClickIs23HoursAheadAndItemsStayFor12() {
        try (OnlineLearner learner = keeping(Duration.ofHours(12))) {
            fill(learner, NOW);
            learner.step(List.of(click("liar", "ahead", NOW + 23 * HOUR, NOW)));
            fill(learner, NOW + 1);

            assertThat(learner.model().vocabulary().itemCount()).isEqualTo(20);
        }
    }

    @Test
    void shouldKeepTheItemsWhenOneUserClicksYearsAheadManyTimes() {
        try (OnlineLearner learner = keeping(Duration.ofHours(12))) {
            fill(learner, NOW);
            for (int i = 1; i <= 50; i++) {
                long ahead = NOW + 10_000 * HOUR + i;
                learner.step(List.of(click("liar", "ahead", ahead, ahead)));
            }
            fill(learner, NOW + 1);

            assertThat(learner.model().vocabulary().itemCount()).isEqualTo(20);
        }
    }

    @Test
    void shouldForgetAsTheUsersOfAFileOfThePastGoOn() {
        long start = NOW - 100_000 * HOUR;
        try (OnlineLearner learner = keeping(Duration.ofHours(12))) {
            fill(learner, start);
            for (int hour = 1; hour <= 14; hour++) {
                learner.step(List.of(
                        click("early", "back", start - 1_000 * HOUR, NOW),
                        click("u" + hour, "new-" + hour, start + hour * HOUR, NOW),
                        click("v" + hour, "new-" + hour, start + hour * HOUR, NOW),
                        click("w" + hour, "new-" + hour, start + hour * HOUR, NOW)));
            }

            assertThat(learner.model().vocabulary().rowOf("item-0")).isNegative();
            assertThat(learner.model().vocabulary().rowOf("new-2")).isNotNegative();
        }
    }

    /** Adds nineteen items, clicked by ten users an hour before. */
    private static void fill(OnlineLearner learner, long nowMs) {
        List<UserUpdate> updates = new ArrayList<>();
        for (int item = 0; item < 19; item++) {
            updates.add(click("user-" + item % 10, "item-" + item, nowMs - HOUR + item, nowMs));
        }
        learner.step(updates);
    }

    private static UserUpdate click(String user, String item, long clickMs, long recordMs) {
        Interaction interaction = new Interaction(item, clickMs, null, Interaction.NO_EVENT_ID);
        return new UserUpdate(
                user,
                new SequenceUpdate(
                        new UserSequence(List.of(interaction)), List.of(0), new ClickOrigin("clicks", 0, 0, recordMs)));
    }

    private static OnlineLearner keeping(Duration retention) {
        LearningConfig learning = new LearningConfig(
                        2, 12, new LearningConfig.Replay(8, 5, 10), new LearningConfig.Metrics(10, 50))
                .withItemRetention(retention);
        return OnlineLearner.initial(MODEL, training(1, LossConfig.scaledCrossEntropy(512)), learning);
    }

    private void assertSame(RecommenderModel reader, RecommenderModel model) throws IOException {
        assertThat(reader.step()).isEqualTo(model.step());
        assertThat(items(reader)).isEqualTo(items(model));
        assertThat(reader.items().gaps()).isEqualTo(model.items().gaps());
        assertThat(reader.dense().mismatch(model.dense())).isEqualTo(-1);
        assertThat(memoryOf(reader)).isEqualTo(memoryOf(model));
        for (int row = 0; row < model.vocabulary().size(); row++) {
            assertThat(row(reader, row).mismatch(row(model, row)))
                    .as("row %s", row)
                    .isEqualTo(-1);
        }
    }

    private static List<String> items(RecommenderModel model) {
        return IntStream.range(0, model.vocabulary().size())
                .mapToObj(row ->
                        model.vocabulary().isTaken(row) ? model.vocabulary().itemAt(row) : "none")
                .toList();
    }

    private byte[] memoryOf(RecommenderModel model) throws IOException {
        Path file = folder.resolve("memory");
        CooccurrenceFile.write(file, model.memory());
        return Files.readAllBytes(file);
    }

    private static MemorySegment row(RecommenderModel model, int row) {
        return model.items()
                .memory(row)
                .asSlice(model.items().at(row), model.items().rowBytes());
    }

    private OnlineLearner saveAndRestore(OnlineLearner learner, LossConfig loss) throws IOException {
        try (learner;
                Snapshot snapshot = store().open("m", version(learner))) {
            return OnlineLearner.restore(snapshot, training(2, loss), LEARNING);
        }
    }

    private RecommenderModel modelOf(OnlineLearner learner) throws IOException {
        try (Snapshot snapshot = store().open("m", version(learner))) {
            return ModelSnapshot.read(snapshot);
        }
    }

    private String version(OnlineLearner learner) throws IOException {
        SnapshotFiles files = new SnapshotFiles();
        learner.addTo(files);
        Manifest manifest =
                store().save(ModelSnapshot.draft("m", MODEL, learner.model().step(), Instant.EPOCH), files);
        return manifest.version();
    }

    private FileSnapshotStore store() {
        return new FileSnapshotStore(folder);
    }
}
