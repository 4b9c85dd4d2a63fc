package io.freshet.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.cooccurrence.CooccurrenceFile;
import io.freshet.model.cooccurrence.CooccurrenceScores;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.UserSequence;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.config.NewItems;
import io.freshet.training.learner.ModelChanges;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.metrics.SeenItems;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OnlineLearnerTest {
    private static final ModelConfig MODEL = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 12, 1, 1), .1f, 7);
    private static final LearningConfig LEARNING =
            new LearningConfig(2, 12, new LearningConfig.Replay(8, 5, 10), new LearningConfig.Metrics(10, 50));

    @TempDir
    private Path folder;

    @Test
    void shouldCountFirstClickAsNoEventAndUnseenItemAsMiss() {
        ClickStream stream = new ClickStream();
        try (OnlineLearner learner = learner(1)) {
            int[] ranks = learner.step(List.of(
                            stream.click("anna", "a"),
                            stream.click("anna", "b"),
                            stream.click("bert", "a"),
                            stream.click("bert", "b")))
                    .ranks();

            assertThat(ranks).startsWith(StepRecord.NO_EVENT, StepRecord.MISS, StepRecord.NO_EVENT);
            assertThat(ranks[3]).isBetween(1, 2);
            assertThat(learner.metrics().running().events()).isEqualTo(2);
        }
    }

    @Test
    void shouldRankAmongItemsSeenUpToTheClickOnly() {
        ClickStream stream = new ClickStream();
        try (OnlineLearner learner = learner(1)) {
            int[] ranks = learner.step(List.of(
                            stream.click("anna", "a"),
                            stream.click("anna", "a"),
                            stream.click("bert", "b"),
                            stream.click("bert", "c")))
                    .ranks();

            assertThat(ranks[1]).as("the only item so far").isEqualTo(1);
        }
    }

    @Test
    void shouldRankEachNewPositionFromWhatStandsBeforeIt() {
        SequenceUpdate late = new SequenceUpdate(
                new UserSequence(List.of(interaction("a", 1), interaction("b", 2), interaction("a", 3))),
                List.of(0, 2),
                new ClickOrigin("clicks", 0, 0, 0));
        try (OnlineLearner learner = learner(1)) {
            int[] ranks = learner.step(List.of(new UserUpdate("anna", late))).ranks();

            assertThat(ranks).hasSize(2);
            assertThat(ranks[0]).isEqualTo(StepRecord.NO_EVENT);
            assertThat(ranks[1]).isBetween(1, 2);
        }
    }

    @Test
    void shouldBeginANewItemNearTheHistoryOfItsFirstClick() {
        ClickStream stream = new ClickStream();
        try (OnlineLearner learner = learner(1)) {
            for (String item : List.of("a", "b", "c")) {
                learner.step(List.of(stream.click("anna", item), stream.click("bert", item)));
            }
            learner.rank(List.of(stream.click("anna", "new"))); // gives the item a row, and learns nothing

            float[] random = randomVector("new");
            float[][] before = {vector(learner, "a"), vector(learner, "b"), vector(learner, "c")};
            double[] known = new double[random.length];
            double squares = 0;
            for (int c = 0; c < known.length; c++) {
                known[c] = before[0][c] / 3.0 + before[1][c] / 2.0 + before[2][c];
                squares += known[c] * known[c];
            }
            float[] begun = vector(learner, "new");
            for (int c = 0; c < known.length; c++) {
                double share = Math.sqrt(.8) * MODEL.itemDeviation() * Math.sqrt(known.length / squares);
                assertThat(begun[c]).isEqualTo((float) (share * known[c] + Math.sqrt(.2) * random[c]));
            }
        }
    }

    @Test
    void shouldBeginANewItemAtRandomWithoutAHistoryOrIfItIsConfigured() {
        try (OnlineLearner near = learner(1);
                OnlineLearner random = OnlineLearner.initial(
                        MODEL, TrainingConfig.defaults(1), LEARNING.withNewItems(NewItems.RANDOM))) {
            for (OnlineLearner learner : List.of(near, random)) {
                ClickStream stream = new ClickStream();
                learner.step(List.of(stream.click("anna", "a"), stream.click("anna", "b")));
                learner.rank(List.of(stream.click("bert", "first"), stream.click("anna", "later")));
                assertThat(vector(learner, "first")).isEqualTo(randomVector("first"));
            }
            assertThat(vector(random, "later")).isEqualTo(randomVector("later"));
            assertThat(vector(near, "later")).isNotEqualTo(randomVector("later"));
        }
    }

    private static float[] randomVector(String item) {
        try (RecommenderModel fresh = RecommenderModel.initial(MODEL)) {
            return vector(fresh, fresh.addIfAbsent(item));
        }
    }

    private static float[] vector(OnlineLearner learner, String item) {
        return vector(learner.model(), learner.model().vocabulary().rowOf(item));
    }

    private static float[] vector(RecommenderModel model, int row) {
        float[] vector = new float[model.dim()];
        MemorySegment.copy(
                model.items().memory(row),
                ValueLayout.JAVA_FLOAT_UNALIGNED,
                model.items().at(row),
                vector,
                0,
                vector.length);
        return vector;
    }

    @Test
    void shouldForgetTheSequenceOfAUserWhoIsErased() {
        ClickStream stream = new ClickStream();
        UserUpdate erasure = new UserUpdate("anna", SequenceUpdate.erasure(new ClickOrigin("clicks", 0, 9, 9)));
        try (OnlineLearner learner = learner(1)) {
            learner.step(List.of(stream.click("anna", "a"), stream.click("anna", "b")));
            learner.step(List.of(stream.click("bert", "a"), stream.click("bert", "b")));
            assertThat(learner.replayUsers()).isEqualTo(2);

            StepOutcome outcome = learner.step(List.of(stream.click("anna", "c"), erasure));

            assertThat(learner.replayUsers()).isEqualTo(1);
            assertThat(outcome.ranks()).containsExactly(StepRecord.MISS);
            assertThat(learner.step(List.of(erasure)).step()).isEqualTo(4);
            assertThat(new ClickStream().click("anna", "d"))
                    .satisfies(click ->
                            assertThat(learner.step(List.of(click)).ranks()).containsExactly(StepRecord.NO_EVENT));
            assertThat(learner.replayUsers()).isEqualTo(1);
        }
    }

    @Test
    void shouldNoLongerExpectWhatAnErasedUserClickedInASimilarSession() throws IOException {
        ClickStream stream = new ClickStream();
        try (OnlineLearner learner = learner(1);
                RecommenderModel reader = RecommenderModel.initial(MODEL, LEARNING.memory())) {
            learner.step(List.of(stream.click("carl", "a"))); // one click is in no session
            for (String item : List.of("a", "b", "c")) {
                learner.step(List.of(stream.click("anna", item)));
            }
            for (String item : List.of("a", "d", "e")) {
                learner.step(List.of(stream.click("bert", item)));
            }
            double before = share(learner, "c");
            double ofOthers = share(learner, "e");

            learner.step(List.of(stream.erase("carl"), stream.erase("unknown")));
            assertThat(share(learner, "c")).isEqualTo(before);
            learner.step(List.of(stream.erase("anna")));

            double after = share(learner, "c");
            assertThat(after).isLessThan(before);
            assertThat(share(learner, "e")).isGreaterThan(ofOthers);
            reader.apply(learner.takeDelta(100, ModelChanges.Selection.ALL));
            assertThat(memoryOf(reader)).isEqualTo(memoryOf(learner.model()));
            learner.step(List.of(stream.erase("anna")));
            assertThat(share(learner, "c")).isEqualTo(after);
        }
    }

    /** Returns the probability that the memory gives an item after "a". */
    private static double share(OnlineLearner learner, String item) {
        CooccurrenceScores scores = new CooccurrenceScores();
        int[] history = {learner.model().vocabulary().rowOf("a")};
        learner.model().memory().expect(history, 0, 1, CooccurrenceScores.NO_TARGET, scores);
        return scores.mass(scores.placeOf(0, learner.model().vocabulary().rowOf(item)));
    }

    @Test
    void shouldRankAsStepDoesAndLearnNothingWhenOnlyAskedToRank() throws IOException {
        List<List<UserUpdate>> steps = ClickStream.randomSteps(12, 4);
        // A step's memory also knows the clicks before a click in the same step, so the last step has only one.
        List<UserUpdate> last = steps.getLast().subList(0, 1);
        try (OnlineLearner asked = learner(1);
                OnlineLearner unasked = learner(1)) {
            for (List<UserUpdate> step : steps.subList(0, 11)) {
                asked.step(step);
                unasked.step(step);
            }
            long clicks = asked.model().memory().clicks();
            int[] ranks = asked.rank(last);
            assertThat(StepRecord.isRanked(ranks[0])).isTrue();

            assertThat(asked.model().memory().clicks()).isEqualTo(clicks);

            assertThat(unasked.step(last).ranks()).isEqualTo(ranks);
            assertThat(asked.metrics().running().events())
                    .isLessThan(unasked.metrics().running().events());
            asked.step(last);
            // Ranking has given rows to new items, which are no longer misses, so the memory and the metrics count more
            // events.
            Set<String> others = Set.of("prequential.bin", "memory.bin");
            assertThat(save(asked, "asked").files().stream().filter(file -> !others.contains(file.name())))
                    .isEqualTo(save(unasked, "unasked").files().stream()
                            .filter(file -> !others.contains(file.name()))
                            .toList());
        }
    }

    @Test
    void shouldMaskTheSequencesItemsWhenSeenItemsAreMasked() {
        ClickStream stream = new ClickStream();
        try (OnlineLearner learner =
                OnlineLearner.initial(MODEL, TrainingConfig.defaults(1), LEARNING, SeenItems.MASKED.policy())) {
            int[] ranks = learner.step(List.of(
                            stream.click("anna", "a"),
                            stream.click("bert", "b"),
                            stream.click("anna", "b"),
                            stream.click("anna", "a")))
                    .ranks();

            assertThat(ranks[2]).as("the only item but a").isEqualTo(1);
            assertThat(ranks[3]).as("clicked before").isEqualTo(StepRecord.MISS);
        }
    }

    @Test
    void shouldMaskAnItemUntilItMayReturn() {
        ClickStream stream = new ClickStream();
        RepeatPolicy afterThreeMs = new RepeatPolicy(Map.of(), 3);
        try (OnlineLearner learner = OnlineLearner.initial(MODEL, TrainingConfig.defaults(1), LEARNING, afterThreeMs)) {
            int[] ranks = learner.step(List.of(
                            stream.click("anna", "a"),
                            stream.click("bert", "b"),
                            stream.click("anna", "a"),
                            stream.click("bert", "b"),
                            stream.click("bert", "b"),
                            stream.click("anna", "a")))
                    .ranks();

            assertThat(ranks[2]).as("after 2 ms").isEqualTo(StepRecord.MISS);
            assertThat(ranks[3]).as("after 2 ms").isEqualTo(StepRecord.MISS);
            assertThat(ranks[4]).as("after 1 ms").isEqualTo(StepRecord.MISS);
            assertThat(ranks[5]).as("after 3 ms, one of two items").isBetween(1, 2);
        }
    }

    @Test
    void shouldPutSequencesOfTwoAndMoreItemsIntoReservoir() {
        ClickStream stream = new ClickStream();
        try (OnlineLearner learner = learner(1)) {
            StepOutcome first = learner.step(
                    List.of(stream.click("anna", "a"), stream.click("anna", "b"), stream.click("bert", "a")));
            StepOutcome second = learner.step(List.of(stream.click("bert", "b")));

            assertThat(first.lastBatch().replayed()).isZero();
            assertThat(first.lastBatch().examples()).isEqualTo(1);
            assertThat(second.lastBatch().replayed()).isEqualTo(8);
            assertThat(learner.replayUsers()).isEqualTo(2);
        }
    }

    @Test
    void shouldCountStepEvenWhenThereIsNothingToLearn() {
        ClickStream stream = new ClickStream();
        try (OnlineLearner learner = learner(1)) {
            StepOutcome outcome = learner.step(List.of(stream.click("anna", "a")));

            assertThat(outcome.step()).isEqualTo(1);
            assertThat(outcome.lastBatch().loss()).isZero();
            assertThat(learner.takeDelta(10, ModelChanges.Selection.ALL))
                    .singleElement()
                    .satisfies(delta -> assertThat(delta.newItems()).containsExactly("a"));
        }
    }

    @Test
    void shouldMakeOneOptimiserStepOnlyWhenAStepHasMoreThanItsFullNumberOfClicks() {
        LearningConfig catchingUp = new LearningConfig(
                        3, 12, new LearningConfig.Replay(8, 5, 10), new LearningConfig.Metrics(10, 50))
                .withFullStepClicks(4);
        LearningConfig once = new LearningConfig(
                        1, 5, new LearningConfig.Replay(8, 5, 10), new LearningConfig.Metrics(10, 50))
                .withFullStepClicks(99);
        LearningConfig thrice = new LearningConfig(
                        3, 12, new LearningConfig.Replay(8, 5, 10), new LearningConfig.Metrics(10, 50))
                .withFullStepClicks(99);
        ClickStream stream = new ClickStream();
        List<UserUpdate> four = List.of(
                stream.click("anna", "a"),
                stream.click("anna", "b"),
                stream.click("anna", "c"),
                stream.click("anna", "a"));
        List<UserUpdate> five = new ArrayList<>(four);
        five.add(stream.click("bert", "a"));

        assertThat(denseAfter(catchingUp, four)).isEqualTo(denseAfter(thrice, four));
        assertThat(denseAfter(catchingUp, five)).isEqualTo(denseAfter(once, five));
        assertThat(denseAfter(once, five)).isNotEqualTo(denseAfter(thrice, five));
    }

    private static float[] denseAfter(LearningConfig learning, List<UserUpdate> step) {
        try (OnlineLearner learner = OnlineLearner.initial(MODEL, TrainingConfig.defaults(1), learning)) {
            learner.step(step);
            return learner.model().dense().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        }
    }

    @Test
    void shouldLearnWhatFollowsWhat() {
        ClickStream stream = new ClickStream();
        try (OnlineLearner learner = learner(1)) {
            for (int user = 0; user < 150; user++) {
                learner.step(List.of(
                        stream.click("user-" + user, "a" + user % 5), stream.click("user-" + user, "b" + user % 5)));
            }

            assertThat(learner.metrics().windowed().mrr()).isGreaterThan(.8);
        }
    }

    @Test
    void shouldEndInSameBytesWhateverTheNumberOfThreads() throws IOException {
        List<List<UserUpdate>> steps = ClickStream.erasingSteps(25, 1);
        try (OnlineLearner one = learner(1);
                OnlineLearner three = learner(3)) {
            for (List<UserUpdate> step : steps) {
                assertThat(three.step(step).ranks()).isEqualTo(one.step(step).ranks());
            }

            assertThat(save(three, "three").files()).isEqualTo(save(one, "one").files());
        }
    }

    @Test
    void shouldEndInSameBytesWhenRestoredHalfWay() throws IOException {
        List<List<UserUpdate>> steps = ClickStream.erasingSteps(30, 2);
        try (OnlineLearner uninterrupted = learner(2);
                OnlineLearner restored = stepAndRestore(steps.subList(0, 14))) {
            steps.forEach(uninterrupted::step);

            steps.subList(14, steps.size()).forEach(restored::step);

            assertThat(save(restored, "restored").version())
                    .isEqualTo(save(uninterrupted, "uninterrupted").version());
            assertThat(restored.metrics().windowed())
                    .isEqualTo(uninterrupted.metrics().windowed());
        }
    }

    @Test
    void shouldGiveReadersTheSameWeightsByDeltas() throws IOException {
        List<List<UserUpdate>> steps = ClickStream.erasingSteps(20, 3);
        try (OnlineLearner learner = learner(2);
                RecommenderModel reader = RecommenderModel.initial(MODEL, LEARNING.memory())) {
            for (List<UserUpdate> step : steps) {
                learner.step(step);
                if (learner.model().step() % 3 == 0) {
                    reader.apply(learner.takeDelta(7, ModelChanges.Selection.ALL));
                }
            }
            List<ModelDelta> last = learner.takeDelta(7, ModelChanges.Selection.ALL);
            reader.apply(last);

            assertThat(reader.step()).isEqualTo(learner.model().step());
            assertThat(reader.dense().mismatch(learner.model().dense())).isEqualTo(-1);
            assertThat(memoryOf(reader)).isEqualTo(memoryOf(learner.model()));
            for (int row = 0; row < learner.model().vocabulary().size(); row++) {
                assertThat(row(reader, row).mismatch(row(learner.model(), row)))
                        .as("row %s", row)
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void shouldRankByTheClicksBeforeInTheSameStep() {
        ClickStream stream = new ClickStream();
        List<UserUpdate> items = IntStream.range(0, 20)
                .mapToObj(i -> stream.click("catalogue", "item-" + i))
                .toList();
        try (OnlineLearner learner = learner(1)) {
            learner.step(items);
            StepOutcome outcome = learner.step(List.of(
                    stream.click("anna", "item-3"),
                    stream.click("anna", "item-11"),
                    stream.click("bert", "item-3"),
                    stream.click("bert", "item-11")));

            assertThat(outcome.targetRanks().memory()[1])
                    .as("3 was followed by 4")
                    .isGreaterThan(1);
            assertThat(outcome.targetRanks().memory()[3])
                    .as("and then by 11, too")
                    .isLessThanOrEqualTo(2);
            assertThat(outcome.targetRanks().network()).hasSameSizeAs(outcome.ranks());
            assertThat(learner.modelMetrics().memory().running().events())
                    .isEqualTo(learner.metrics().running().events());
        }
    }

    @Test
    void shouldServeTheNetworkAloneWithoutAMemory() {
        LearningConfig alone = new LearningConfig(
                        2, 12, new LearningConfig.Replay(8, 5, 10), new LearningConfig.Metrics(10, 50))
                .withMemory(CooccurrenceConfig.OFF);
        try (OnlineLearner learner = OnlineLearner.initial(MODEL, TrainingConfig.defaults(1), alone)) {
            for (List<UserUpdate> step : ClickStream.randomSteps(10, 5)) {
                StepOutcome outcome = learner.step(step);
                assertThat(outcome.ranks()).isEqualTo(outcome.targetRanks().network());
            }
            assertThat(learner.takeDelta(100, ModelChanges.Selection.ALL)
                            .getFirst()
                            .memory())
                    .isEqualTo(MemoryDelta.NONE);
        }
    }

    @Test
    void shouldRefuseAMemoryOfOtherBounds() throws IOException {
        LearningConfig other = new LearningConfig(
                        2, 12, new LearningConfig.Replay(8, 5, 10), new LearningConfig.Metrics(10, 50))
                .withMemory(new CooccurrenceConfig(3, 8, 100));
        try (OnlineLearner learner = learner(1)) {
            learner.step(ClickStream.randomSteps(1, 6).getFirst());
            String version = save(learner, "one").version();
            try (Snapshot snapshot = store().open("one", version)) {
                assertThatIllegalStateException()
                        .isThrownBy(() -> OnlineLearner.restore(snapshot, TrainingConfig.defaults(1), other))
                        .withMessageContaining("window=10")
                        .withMessageContaining("window=3");
            }
        }
    }

    private byte[] memoryOf(RecommenderModel model) throws IOException {
        Path file = folder.resolve("memory");
        CooccurrenceFile.write(file, model.memory());
        return Files.readAllBytes(file);
    }

    private static OnlineLearner learner(int workers) {
        return OnlineLearner.initial(MODEL, TrainingConfig.defaults(workers), LEARNING);
    }

    private OnlineLearner stepAndRestore(List<List<UserUpdate>> steps) throws IOException {
        try (OnlineLearner learner = learner(2)) {
            steps.forEach(learner::step);
            String version = save(learner, "half").version();
            try (Snapshot snapshot = store().open("half", version)) {
                return OnlineLearner.restore(snapshot, TrainingConfig.defaults(2), LEARNING);
            }
        }
    }

    private Manifest save(OnlineLearner learner, String model) throws IOException {
        SnapshotFiles files = new SnapshotFiles();
        learner.addTo(files);
        ManifestDraft draft = ModelSnapshot.draft(model, MODEL, learner.model().step(), Instant.EPOCH);
        return store().save(draft, files);
    }

    private SnapshotStore store() {
        return new FileSnapshotStore(folder);
    }

    private static MemorySegment row(RecommenderModel model, int row) {
        return model.items()
                .memory(row)
                .asSlice(model.items().at(row), model.items().rowBytes());
    }

    private static Interaction interaction(String item, long timestampMs) {
        return new Interaction(item, timestampMs, null, 0);
    }
}
