package io.freshet.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.model.cooccurrence.CooccurrenceScores;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.loss.LossConfig.Sampling;
import io.freshet.training.merge.Difference;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.optimizer.Adam;
import io.freshet.training.replaybuffer.ReplayFile;
import io.freshet.training.replaybuffer.ReplayReservoir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ParallelLearnerTest {
    private static final ModelConfig MODEL = new ModelConfig(new SasRecConfig(16, 12, 1, 1), .1f, 7);
    private static final LearningConfig LEARNING =
            new LearningConfig(2, 12, new LearningConfig.Replay(8, 5, 40), new LearningConfig.Metrics(10, 50));
    private static final Set<String> SHARED = Set.of(ModelSnapshot.WEIGHTS, "vocabulary.txt", "memory.bin");

    @TempDir
    Path folder;

    static Stream<LossConfig> losses() {
        return Stream.of(
                LossConfig.scaledCrossEntropy(20),
                LossConfig.scaledCrossEntropy(10).withPopularityPower(.75f),
                LossConfig.crossEntropy(),
                LossConfig.scaledCrossEntropy(5).with(Sampling.POSITION));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void shouldStayTheSameAsASingleLearnerWhenItMergesWithItself(LossConfig loss) throws IOException {
        try (OnlineLearner single = OnlineLearner.initial(MODEL, training(loss, 1), LEARNING);
                ParallelLearner one = learner(0, loss, 1)) {
            int steps = 0;
            for (List<UserUpdate> step : ClickStream.erasingSteps(14, 5)) {
                StepOutcome expected = single.step(step);
                assertThat(one.step(step)).usingRecursiveComparison().isEqualTo(expected);
                steps++;
                if (steps % 3 == 0) {
                    one.apply(List.of(one.takeDifference()));
                    assertThat(files(one.learner(), "one-" + steps)).isEqualTo(files(single, "single-" + steps));
                }
            }
            assertThat(files(one.learner(), "one")).isEqualTo(files(single, "single"));
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void shouldHaveTheSameModelAsAllOthersAfterAMerge(LossConfig loss) throws IOException {
        List<ParallelLearner> learners = IntStream.range(0, 3)
                .mapToObj(number -> learner(number, loss, 1))
                .toList();
        try {
            int round = 0;
            for (List<UserUpdate> step : ClickStream.erasingSteps(20, 6)) {
                learn(learners, step);
                if (++round % 4 == 0) {
                    merge(learners);
                    Map<String, String> first = shared(learners.get(0), "first-" + round);
                    assertThat(first).containsOnlyKeys(SHARED);
                    assertThat(shared(learners.get(1), "second-" + round)).isEqualTo(first);
                    assertThat(shared(learners.get(2), "third-" + round)).isEqualTo(first);
                    assertThat(learners.get(1).learner().model().step()).isEqualTo(3L * round);
                }
            }
            assertThat(files(learners.get(0).learner(), "all-0"))
                    .as("moments and reservoir are each learner's own")
                    .isNotEqualTo(files(learners.get(1).learner(), "all-1"));
        } finally {
            learners.forEach(ParallelLearner::close);
        }
    }

    @Test
    void shouldHaveTheMemoryOfOneThatObservedTheClicksOneLearnerAfterTheOther() throws IOException {
        LossConfig loss = LossConfig.scaledCrossEntropy(20);
        List<ParallelLearner> learners = IntStream.range(0, 2)
                .mapToObj(number -> learner(number, loss, 1))
                .toList();
        try (OnlineLearner single = OnlineLearner.initial(MODEL, training(loss, 1), LEARNING)) {
            List<List<UserUpdate>> steps = ClickStream.erasingSteps(6, 11);
            steps.forEach(step -> learn(learners, step));
            merge(learners);
            for (int own : new int[] {0, 1}) {
                steps.forEach(step -> single.step(step.stream()
                        .filter(update -> numberOf(update.user(), 2) == own)
                        .toList()));
            }

            OnlineLearner second = learners.get(1).learner();
            assertThat(second.model().vocabulary().items())
                    .isEqualTo(single.model().vocabulary().items());
            assertThat(second.model().memory().clicks())
                    .isEqualTo(single.model().memory().clicks());
            int[] history = {0};
            for (int row = 0; row < single.model().vocabulary().size(); row++) {
                history[0] = row;
                assertThat(expected(second, history)).isEqualTo(expected(single, history));
            }
        } finally {
            learners.forEach(ParallelLearner::close);
        }
    }

    /** Returns the rows that the memory expects after a history. */
    private static Set<Integer> expected(OnlineLearner learner, int[] history) {
        CooccurrenceScores scores = new CooccurrenceScores();
        learner.model().memory().expect(history, 0, history.length, CooccurrenceScores.NO_TARGET, scores);
        return IntStream.range(0, scores.end(0)).mapToObj(scores::row).collect(Collectors.toSet());
    }

    @Test
    void shouldHaveTheSameBytesAgainWithAnyNumberOfThreads() throws IOException {
        List<Map<String, String>> runs = new ArrayList<>();
        for (int workers : new int[] {1, 2}) {
            List<ParallelLearner> learners = IntStream.range(0, 2)
                    .mapToObj(number -> learner(number, LossConfig.scaledCrossEntropy(20), workers))
                    .toList();
            for (List<UserUpdate> step : ClickStream.randomSteps(9, 8)) {
                learn(learners, step);
                merge(learners);
            }
            runs.add(files(learners.get(1).learner(), "run-" + workers));
            learners.forEach(ParallelLearner::close);
        }
        assertThat(runs.get(0)).isEqualTo(runs.get(1));
    }

    @Test
    void shouldReplaySequencesOfTheSameItemsAfterRowsHaveChanged() throws IOException {
        List<ParallelLearner> learners = IntStream.range(0, 2)
                .mapToObj(number -> learner(number, LossConfig.scaledCrossEntropy(20), 1))
                .toList();
        try {
            Map<String, List<String>> itemsOf = new HashMap<>();
            int moved = 0;
            for (List<UserUpdate> step : ClickStream.randomSteps(16, 9)) {
                learn(learners, step);
                step.forEach(update -> itemsOf.put(update.user(), items(update)));
                List<String> before =
                        learners.get(1).learner().model().vocabulary().items();
                merge(learners);
                List<String> after =
                        learners.get(1).learner().model().vocabulary().items();
                moved += after.subList(0, before.size()).equals(before) ? 0 : 1;
            }
            assertThat(moved).as("merges that changed rows").isPositive();

            OnlineLearner second = learners.get(1).learner();
            files(second, "replayed");
            ReplayReservoir reservoir = ReplayFile.read(
                    find("replayed", ReplayFile.NAME),
                    second.model().vocabulary().size());
            List<List<String>> replayed = new ArrayList<>();
            reservoir.draw(
                    3,
                    50,
                    5,
                    (rows, weights, from, to) -> replayed.add(IntStream.range(from, to)
                            .mapToObj(position -> second.model().vocabulary().itemAt(rows[position]))
                            .toList()));
            List<List<String>> known = itemsOf.entrySet().stream()
                    .filter(entry -> numberOf(entry.getKey(), 2) == 1)
                    .map(entry -> entry.getValue()
                            .subList(
                                    Math.max(0, entry.getValue().size() - 5),
                                    entry.getValue().size()))
                    .toList();
            assertThat(replayed).hasSize(50);
            assertThat(known).containsAll(replayed);
        } finally {
            learners.forEach(ParallelLearner::close);
        }
    }

    @Test
    void shouldRefuseToLearnBetweenItsDifferenceAndTheMerge() {
        try (ParallelLearner learner = learner(0, LossConfig.scaledCrossEntropy(20), 1)) {
            List<UserUpdate> step = List.of(new ClickStream().click("u", "i"));
            assertThatThrownBy(() -> learner.apply(List.of())).isInstanceOf(IllegalStateException.class);
            learner.step(step);
            Difference difference = learner.takeDifference();
            assertThatThrownBy(() -> learner.step(step)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(learner::takeDifference).isInstanceOf(IllegalStateException.class);
            learner.apply(List.of(difference));
            assertThat(learner.step(step).step()).isEqualTo(2);
        }
    }

    @Test
    void shouldTakeTheMergeOfOthersWhenItHasNoStep() throws IOException {
        LossConfig loss = LossConfig.scaledCrossEntropy(20).withPopularityPower(.75f);
        try (ParallelLearner busy = learner(0, loss, 1);
                ParallelLearner idle = learner(1, loss, 1)) {
            int round = 0;
            for (List<UserUpdate> step : ClickStream.randomSteps(6, 5)) {
                busy.step(step);
                List<Difference> differences = List.of(busy.takeDifference());
                busy.apply(differences);
                idle.apply(differences);
                round++;
                assertThat(shared(idle, "idle-" + round)).isEqualTo(shared(busy, "busy-" + round));
                assertThat(idle.learner().model().step()).isEqualTo(round);
            }
            idle.step(List.of(new ClickStream().click("u", "i")));
            assertThatThrownBy(() -> idle.apply(List.of())).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void shouldHaveTheRecordedModelWhenItsOwnDifferenceIsAnother() throws IOException {
        LossConfig loss = LossConfig.scaledCrossEntropy(20);
        try (ParallelLearner recorded = learner(0, loss, 1);
                ParallelLearner other = learner(1, loss, 1)) { // draws other negatives, and so changes other rows
            int round = 0;
            int different = 0;
            for (List<UserUpdate> step : ClickStream.randomSteps(6, 5)) {
                recorded.step(step);
                other.step(step);
                Difference difference = recorded.takeDifference();
                different += other.takeDifference().equals(difference) ? 0 : 1;
                recorded.apply(List.of(difference));
                other.apply(List.of(difference));
                round++;
                assertThat(shared(other, "other-" + round)).isEqualTo(shared(recorded, "recorded-" + round));
            }
            assertThat(different).isPositive();
        }
    }

    @Test
    void shouldContinueFromASnapshotAtAMerge() throws IOException {
        LossConfig loss = LossConfig.scaledCrossEntropy(20).withPopularityPower(.75f);
        List<List<UserUpdate>> steps = ClickStream.erasingSteps(12, 5);
        try (ParallelLearner learner = learner(1, loss, 1)) {
            for (List<UserUpdate> step : steps.subList(0, 6)) {
                learner.step(step);
                learner.apply(List.of(learner.takeDifference()));
            }
            SnapshotFiles files = new SnapshotFiles();
            learner.learner().addTo(files);
            FileSnapshotStore store = new FileSnapshotStore(folder);
            Manifest manifest = store.save(ModelSnapshot.draft("saved", MODEL, 6, Instant.EPOCH), files);
            try (Snapshot snapshot = store.open("saved", manifest.version());
                    ParallelLearner restored = ParallelLearner.of(
                            1,
                            OnlineLearner.restore(snapshot, training(loss, 1), LEARNING),
                            ModelSnapshot.read(snapshot))) {
                for (List<UserUpdate> step : steps.subList(6, 12)) {
                    learner.step(step);
                    restored.step(step);
                    Difference difference = learner.takeDifference();
                    assertThat(restored.takeDifference()).isEqualTo(difference);
                    learner.apply(List.of(difference));
                    restored.apply(List.of(difference));
                }
                assertThat(files(restored.learner(), "restored")).isEqualTo(files(learner.learner(), "first"));
            }
        }
    }

    @Test
    void shouldRefuseToForgetItems() {
        LearningConfig forgetting = LEARNING.withItemRetention(Duration.ofDays(1));
        assertThatThrownBy(() -> ParallelLearner.initial(
                        0, MODEL, training(LossConfig.crossEntropy(), 1), forgetting, SeenItems.RANKED.policy()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("itemRetention");
    }

    private static List<String> items(UserUpdate update) {
        return update.update().sequence().interactions().stream()
                .map(interaction -> interaction.itemId())
                .toList();
    }

    private static void learn(List<ParallelLearner> learners, List<UserUpdate> step) {
        for (int number = 0; number < learners.size(); number++) {
            int own = number;
            learners.get(number)
                    .step(step.stream()
                            .filter(update -> numberOf(update.user(), learners.size()) == own)
                            .toList());
        }
    }

    private static int numberOf(String user, int learners) {
        return Math.floorMod(user.hashCode(), learners);
    }

    private static void merge(List<ParallelLearner> learners) {
        List<Difference> differences =
                learners.stream().map(ParallelLearner::takeDifference).toList();
        learners.forEach(learner -> learner.apply(differences));
    }

    private static ParallelLearner learner(int number, LossConfig loss, int workers) {
        return ParallelLearner.initial(number, MODEL, training(loss, workers), LEARNING, SeenItems.RANKED.policy());
    }

    private static TrainingConfig training(LossConfig loss, int workers) {
        Adam.Settings adam = new Adam.Settings(5e-3f, .9f, .999f, 1e-8f, 0f);
        return new TrainingConfig(adam, .2f, loss, workers, 4).withMaxGradientNorm(1f);
    }

    private Map<String, String> shared(ParallelLearner learner, String name) throws IOException {
        Map<String, String> files = new HashMap<>(files(learner.learner(), name));
        files.keySet().retainAll(SHARED);
        return files;
    }

    /** Returns the SHA-256 of each file of a learner's snapshot. */
    private Map<String, String> files(OnlineLearner learner, String name) throws IOException {
        SnapshotFiles files = new SnapshotFiles();
        learner.addTo(files);
        Manifest manifest = new FileSnapshotStore(folder)
                .save(
                        ModelSnapshot.draft(
                                name, learner.model().config(), learner.model().step(), Instant.EPOCH),
                        files);
        Map<String, String> digests = new HashMap<>();
        for (FileEntry file : manifest.files()) {
            digests.put(file.name(), file.sha256());
        }
        return digests;
    }

    private Path find(String name, String file) throws IOException {
        try (Stream<Path> all = Files.walk(folder.resolve(name))) {
            return all.filter(path -> path.endsWith(file)).findFirst().orElseThrow();
        }
    }
}
