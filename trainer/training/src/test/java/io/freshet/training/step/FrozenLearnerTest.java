package io.freshet.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.NonFiniteModelException;
import io.freshet.model.recommender.RowFiles;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.RowTable;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.TrainingConfig;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a snapshot holds the step at which it was begun, whatever is learned while it is written. */
final class FrozenLearnerTest {
    private static final ModelConfig MODEL = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 12, 1, 1), .1f, 7);
    private static final LearningConfig KEEPING =
            new LearningConfig(2, 12, new LearningConfig.Replay(8, 5, 10), new LearningConfig.Metrics(10, 50));
    private static final LearningConfig LEARNING = KEEPING.withItemRetention(Duration.ofMillis(60));
    private static final List<List<UserUpdate>> STEPS = ClickStream.erasingSteps(60, 5);

    @TempDir
    private Path folder;

    @Test
    void shouldWriteTheStepAtWhichItWasFrozenWhenItIsWrittenLater() throws IOException {
        try (OnlineLearner learner = learner();
                OnlineLearner plain = learner()) {
            learn(learner, 0, 30);
            learn(plain, 0, 30);
            SnapshotFiles files = learner.freeze(null);
            learn(learner, 30, 60); // also adds items, and evicts some

            Manifest frozen = save(files, 30);

            assertThat(frozen.files()).isEqualTo(saveAtOnce(plain).files());
            assertThat(learner.mayFreeze()).isTrue();
            learn(plain, 30, 60);
            assertThat(saveAtOnce(learner).files()).isEqualTo(saveAtOnce(plain).files());
        }
    }

    @Test
    void shouldWriteTheStepAtWhichItWasFrozenWhileAnotherThreadWrites() throws Exception {
        List<List<FileEntry>> expected = new ArrayList<>();
        try (OnlineLearner plain = learner()) {
            for (int step = 0; step < STEPS.size(); step++) {
                learn(plain, step, step + 1);
                expected.add(saveAtOnce(plain).files());
            }
        }
        try (OnlineLearner learner = learner();
                ExecutorService saver = Executors.newSingleThreadExecutor()) {
            @Nullable Future<Manifest> saving = null;
            @Nullable Manifest earlier = null;
            int saved = 0;
            for (int step = 0; step < STEPS.size(); step++) {
                learn(learner, step, step + 1);
                if (saving != null && saving.isDone()) {
                    earlier = saving.get();
                    assertThat(earlier.files()).isEqualTo(expected.get((int) earlier.step() - 1));
                    saving = null;
                    saved++;
                }
                if (saving == null) {
                    SnapshotFiles files = learner.freeze(earlier);
                    int at = step + 1;
                    saving = saver.submit(() -> save(files, at));
                }
            }
            if (saving != null) {
                earlier = saving.get();
                assertThat(earlier.files()).isEqualTo(expected.get((int) earlier.step() - 1));
                saved++; // on a busy machine, the first one may take as long as all steps
            }
            assertThat(saved).isPositive();
        }
    }

    @Test
    void shouldNotWriteRowsAgainThatHaveNotChanged() throws IOException {
        try (OnlineLearner learner = OnlineLearner.initial(MODEL, TrainingConfig.defaults(1), KEEPING)) {
            addItems(learner, RowFiles.ROWS + 10);
            Manifest first = save(learner.freeze(null), 1);
            assertThat(first.files())
                    .extracting(FileEntry::name)
                    .contains("items-00000.safetensors", "items-00001.safetensors", "moments-00001.safetensors");

            learner.model().completeStep(2);
            SnapshotFiles unchanged = learner.freeze(first);
            Manifest second = save(unchanged, 2);
            assertThat(unchanged.written().reusedBytes()).isEqualTo(bytesOfRows(first, ""));
            assertThat(second.files()).isEqualTo(first.files());

            learner.step(List.of(new ClickStream().click("anna", "new")));
            SnapshotFiles changed = learner.freeze(second);
            Manifest third = save(changed, 3);
            assertThat(changed.written().reusedBytes()).isEqualTo(bytesOfRows(first, "-00000"));
            assertThat(third.files()).isEqualTo(saveAtOnce(learner).files());
            learner.notSaved();
            SnapshotFiles again = learner.freeze(second);
            save(again, 4);
            assertThat(again.written().reusedBytes()).isEqualTo(bytesOfRows(first, "-00000"));
        }
    }

    @Test
    void shouldNotWriteRowsAgainThatHaveNotChangedSinceTheyWereRestored() throws IOException {
        Manifest first;
        try (OnlineLearner learner = OnlineLearner.initial(MODEL, TrainingConfig.defaults(1), KEEPING)) {
            addItems(learner, RowFiles.ROWS + 10);
            first = saveAtOnce(learner);
        }
        try (Snapshot snapshot = store().open("m", first.version());
                OnlineLearner restored = OnlineLearner.restore(snapshot, TrainingConfig.defaults(1), KEEPING)) {
            restored.step(List.of(new ClickStream().click("anna", "new")));

            SnapshotFiles files = restored.freeze(first);
            Manifest second = save(files, restored.model().step());

            assertThat(files.written().reusedBytes()).isEqualTo(bytesOfRows(first, "-00000"));
            assertThat(second.files()).isEqualTo(saveAtOnce(restored).files());
        }
    }

    @Test
    void shouldFreezeOnceAtATime() throws IOException {
        try (OnlineLearner learner = learner()) {
            SnapshotFiles files = learner.freeze(null);
            assertThat(learner.mayFreeze()).isFalse();
            assertThatIllegalStateException().isThrownBy(() -> learner.freeze(null));
            files.close();
            learner.freeze(null).close();
        }
    }

    @Test
    void shouldFailWhenANumberOfARowIsNotFinite() throws IOException {
        try (OnlineLearner learner = learner()) {
            learn(learner, 0, 5);
            RowTable items = learner.model().items();
            items.memory(2).set(ValueLayout.JAVA_FLOAT_UNALIGNED, items.at(2), Float.NaN);
            SnapshotFiles files = learner.freeze(null);

            assertThatThrownBy(() -> save(files, 5))
                    .isInstanceOf(NonFiniteModelException.class)
                    .hasMessageContaining("items row=2 column=0 value=NaN");
            assertThat(store().versions("m")).isEmpty();
        }
    }

    private static OnlineLearner learner() {
        return OnlineLearner.initial(MODEL, TrainingConfig.defaults(2), LEARNING);
    }

    private static void addItems(OnlineLearner learner, int items) {
        ClickStream stream = new ClickStream();
        List<UserUpdate> updates = new ArrayList<>();
        for (int item = 0; item < items; item++) {
            updates.add(stream.click("user-" + item, "item-" + item));
        }
        learner.step(updates);
    }

    private static void learn(OnlineLearner learner, int from, int to) {
        STEPS.subList(from, to).forEach(learner::step);
    }

    private static long bytesOfRows(Manifest manifest, String number) {
        return manifest.files().stream()
                .filter(file -> file.name().matches("(items|moments)-.*"))
                .filter(file -> file.name().contains(number))
                .mapToLong(FileEntry::length)
                .sum();
    }

    private Manifest saveAtOnce(OnlineLearner learner) throws IOException {
        SnapshotFiles files = new SnapshotFiles();
        learner.addTo(files);
        return save(files, learner.model().step());
    }

    private Manifest save(SnapshotFiles files, long step) throws IOException {
        try (files) {
            return store().save(ModelSnapshot.draft("m", MODEL, step, Instant.EPOCH), files);
        }
    }

    private SnapshotStore store() {
        return new FileSnapshotStore(folder);
    }
}
