package io.freshet.training.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.event.EventTypes;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.UserSequence;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.Learner;
import io.freshet.training.learner.ModelChanges;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.publish.LearnerDescription;
import io.freshet.training.replaybuffer.ReplayFile;
import io.freshet.training.replaybuffer.ReplayReservoir;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests how the online learner handles events of different types. */
final class EventTypesLearningTest {
    private static final ModelConfig MODEL = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 12, 1, 1), .1f, 7);
    private static final EventTypes TYPES =
            new EventTypes(Map.of("purchase", 4f, "browse", 0f), Set.of("impression"), Set.of("dislike"));
    private static final LearningConfig LEARNING = learning(TYPES);

    private final ClickStream stream = new ClickStream();

    @TempDir
    private Path folder;

    @Test
    void shouldTakeForEventsOnlyWhatIsLearnedFrom() {
        try (OnlineLearner learner = learner(SeenItems.RANKED)) {
            learner.step(List.of(stream.click("bert", "a"), stream.click("bert", "b"), stream.click("bert", "c")));
            long clicks = learner.model().memory().clicks();
            StepOutcome outcome = learner.step(List.of(
                    stream.click("anna", "a"),
                    stream.event("anna", "b", "browse"),
                    stream.event("anna", "b", "impression"),
                    stream.event("anna", "c", "dislike"),
                    stream.event("anna", "c", "purchase")));

            assertThat(outcome.ranks()).startsWith(0, 0, 0, 0).hasSize(5);
            assertThat(outcome.ranks()[4]).isNotEqualTo(StepRecord.NO_EVENT);
            assertThat(outcome.events()).isEqualTo(1);
            assertThat(learner.model().memory().clicks()).isEqualTo(clicks + 1);
            assertThat(learner.metrics().running().events()).isEqualTo(3);
        }
    }

    @Test
    void shouldNotLearnFromALateClickThatWasTakenBackBeforeItCame() {
        SequenceUpdate late = new SequenceUpdate(
                new UserSequence(List.of(
                        interaction("a", 1, null), interaction("b", 2, "purchase"), interaction("b", 3, "dislike"))),
                List.of(1),
                new ClickOrigin("clicks", 0, 0, 0));
        try (OnlineLearner learner = learner(SeenItems.RANKED)) {
            learner.step(List.of(stream.click("bert", "a"), stream.click("bert", "b")));
            long clicks = learner.model().memory().clicks();
            StepOutcome outcome = learner.step(List.of(new UserUpdate("anna", late)));

            assertThat(outcome.ranks()).containsExactly(StepRecord.NO_EVENT);
            assertThat(outcome.lastBatch().examples())
                    .isEqualTo(outcome.lastBatch().replayed());
            assertThat(learner.model().memory().clicks()).isEqualTo(clicks);
        }
    }

    @Test
    void shouldGiveNoRowToItemsThatStandInNoHistory() {
        try (OnlineLearner learner = learner(SeenItems.RANKED)) {
            learner.step(List.of(
                    stream.event("anna", "seen", "impression"),
                    stream.event("anna", "hated", "dislike"),
                    stream.event("anna", "browsed", "browse")));

            assertThat(learner.model().vocabulary().rowOf("seen")).isEqualTo(Vocabulary.NOT_FOUND);
            assertThat(learner.model().vocabulary().rowOf("hated")).isEqualTo(Vocabulary.NOT_FOUND);
            assertThat(learner.model().vocabulary().rowOf("browsed")).isZero();
        }
    }

    @Test
    void shouldEndInSameBytesAsWithoutTheEventsThatOnlyFilter() throws IOException {
        ClickStream bare = new ClickStream();
        Random random = new Random(3);
        try (OnlineLearner with = learner(SeenItems.RANKED);
                OnlineLearner without = learner(SeenItems.RANKED)) {
            for (int step = 0; step < 20; step++) {
                List<UserUpdate> events = new ArrayList<>();
                List<UserUpdate> clicks = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    String user = "user-" + random.nextInt(12);
                    String item = "item-" + random.nextInt(15);
                    events.add(stream.event(user, "item-" + random.nextInt(30), "impression"));
                    events.add(stream.event(user, item, "purchase"));
                    bare.click("nobody", "passes the time");
                    clicks.add(bare.event(user, item, "purchase"));
                }
                with.step(events);
                without.step(clicks);
            }

            assertThat(save(with, "with").files())
                    .isEqualTo(save(without, "without").files());
        }
    }

    @Test
    void shouldChangeNoWeightsWhenAStepAddsToNoHistory() {
        try (OnlineLearner learner = learner(SeenItems.RANKED)) {
            learner.step(List.of(stream.click("anna", "a"), stream.click("anna", "b"), stream.click("anna", "c")));
            learner.takeDelta(100, ModelChanges.Selection.ALL);
            StepOutcome outcome = learner.step(
                    List.of(stream.event("anna", "a", "dislike"), stream.event("bert", "b", "impression")));

            assertThat(outcome.step()).isEqualTo(2);
            assertThat(outcome.lastBatch().loss()).isZero();
            assertThat(outcome.lastBatch().examples()).isZero();
            assertThat(learner.takeDelta(100, ModelChanges.Selection.ALL))
                    .singleElement()
                    .satisfies(delta -> assertThat(delta.rows()).isEmpty());
        }
    }

    @Test
    void shouldLearnOnlyFromSequencesThatABringerOfATargetHasChanged() {
        try (OnlineLearner learner = learner(SeenItems.RANKED)) {
            learner.step(List.of(
                    stream.click("anna", "a"),
                    stream.click("anna", "b"),
                    stream.click("bert", "a"),
                    stream.click("bert", "b")));
            StepOutcome outcome = learner.step(List.of(
                    stream.event("anna", "c", "browse"),
                    stream.event("bert", "c", "purchase"),
                    stream.event("anna", "d", "impression")));

            assertThat(outcome.lastBatch().examples() - outcome.lastBatch().replayed())
                    .isEqualTo(1);
        }
    }

    @Test
    void shouldReplayNoTargetThatWasTakenBack() throws IOException {
        try (OnlineLearner learner = learner(SeenItems.RANKED)) {
            learner.step(List.of(
                    stream.click("anna", "a"),
                    stream.click("anna", "b"),
                    stream.event("anna", "c", "purchase"),
                    stream.event("bert", "a", "purchase"),
                    stream.click("bert", "b")));
            assertThat(replayed(learner, "before")).containsExactly("[0, 1, 2]*[1.0, 1.0, 4.0]", "[0, 1]*[4.0, 1.0]");

            learner.step(List.of(stream.event("anna", "c", "dislike"), stream.event("bert", "b", "dislike")));
            assertThat(replayed(learner, "disliked")).containsExactly("[0, 1]*[1.0, 1.0]", "[0]*[4.0]");

            learner.step(List.of(stream.event("anna", "c", "browse")));
            assertThat(replayed(learner, "again")).containsExactly("[0, 1, 2]*[1.0, 1.0, 0.0]", "[0]*[4.0]");
        }
    }

    @Test
    void shouldRankFromTheHistoryWithoutWhatWasTakenBack() {
        ClickStream other = new ClickStream();
        try (OnlineLearner learner = learner(SeenItems.RANKED);
                OnlineLearner plain = learner(SeenItems.RANKED)) {
            List<UserUpdate> catalogue = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                catalogue.add(stream.click("catalogue", "item-" + i));
            }
            learner.step(catalogue);
            plain.step(catalogue);

            int[] ranks = learner.rank(List.of(
                    stream.click("anna", "item-3"),
                    stream.click("anna", "item-20"),
                    stream.event("anna", "item-20", "dislike"),
                    stream.event("anna", "item-9", "impression"),
                    stream.click("anna", "item-11")));
            int[] plainRanks = plain.rank(List.of(other.click("anna", "item-3"), other.click("anna", "item-11")));

            assertThat(ranks[4]).isEqualTo(plainRanks[1]);
        }
    }

    @Test
    void shouldMaskEverythingTheUserHasSeenWhateverItsType() {
        try (OnlineLearner learner = learner(SeenItems.MASKED)) {
            learner.step(List.of(
                    stream.click("bert", "a"),
                    stream.click("bert", "b"),
                    stream.click("bert", "c"),
                    stream.click("bert", "d")));
            int[] ranks = learner.rank(List.of(
                    stream.click("anna", "a"),
                    stream.event("anna", "b", "impression"),
                    stream.event("anna", "c", "dislike"),
                    stream.click("anna", "d"),
                    stream.click("anna", "b")));

            assertThat(ranks[3]).as("the only one that is left").isEqualTo(1);
            assertThat(ranks[4]).as("seen before").isEqualTo(StepRecord.MISS);
        }
    }

    /** Compares the online learner's step with a step on a batch that has these weights. */
    @Test
    void shouldLearnEachTargetByTheWeightOfItsType() {
        TrainingConfig training = TrainingConfig.defaults(1);
        try (OnlineLearner online = OnlineLearner.initial(MODEL, training, LEARNING);
                RecommenderModel model = RecommenderModel.initial(MODEL, LEARNING.memory());
                Learner learner = new Learner(model, training)) {
            List.of("a", "b", "c", "d", "e").forEach(learner::addIfAbsent);
            SequenceBatch batch = new SequenceBatch(12);
            batch.addExample(new int[] {0, 1, 2, 3}, new float[] {1, 4, 0, 1}, 0, 4);
            learner.learn(batch);

            online.step(List.of(
                    stream.click("bert", "a"),
                    stream.click("carl", "b"),
                    stream.click("dora", "c"),
                    stream.click("emil", "d"),
                    stream.click("fred", "e"),
                    stream.click("anna", "a"),
                    stream.event("anna", "b", "purchase"),
                    stream.event("anna", "e", "impression"),
                    stream.event("anna", "c", "browse"),
                    stream.click("anna", "d")));

            assertThat(online.model().dense().mismatch(model.dense())).isEqualTo(-1);
        }
    }

    @Test
    void shouldEndInSameBytesWhenRestoredHalfWay() throws IOException {
        List<List<UserUpdate>> steps = typedSteps(24);
        try (OnlineLearner uninterrupted = OnlineLearner.initial(MODEL, TrainingConfig.defaults(1), replaying());
                OnlineLearner restored = stepAndRestore(steps.subList(0, 12))) {
            steps.forEach(uninterrupted::step);
            steps.subList(12, 24).forEach(restored::step);

            assertThat(save(restored, "restored").files())
                    .isEqualTo(save(uninterrupted, "uninterrupted").files());
        }
    }

    @Test
    void shouldNameTheTypesAmongWhatARerunMustHaveAlike() {
        TrainingConfig training = TrainingConfig.defaults(1);
        Map<String, Object> described = LearnerDescription.training(training, LEARNING);
        Map<String, Object> alike = LearnerDescription.training(training, learning(EventTypes.ALIKE));

        assertThat(described)
                .containsEntry("event_weights", "{browse=0.0, purchase=4.0}")
                .containsEntry("event_filter_only", "[impression]")
                .containsEntry("event_negative", "[dislike]")
                .isNotEqualTo(alike);
        assertThat(alike.keySet()).noneMatch(key -> key.startsWith("event"));
    }

    private static Interaction interaction(String item, long timestampMs, @Nullable String type) {
        return new Interaction(item, timestampMs, type, Interaction.NO_EVENT_ID);
    }

    private List<List<UserUpdate>> typedSteps(int count) {
        String[] types = {"purchase", "browse", "view", "impression", "dislike"};
        Random random = new Random(11);
        List<List<UserUpdate>> steps = new ArrayList<>();
        for (int step = 0; step < count; step++) {
            List<UserUpdate> updates = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                updates.add(stream.event(
                        "user-" + random.nextInt(8), "item-" + random.nextInt(20), types[random.nextInt(5)]));
            }
            steps.add(updates);
        }
        return steps;
    }

    private OnlineLearner stepAndRestore(List<List<UserUpdate>> steps) throws IOException {
        try (OnlineLearner learner = OnlineLearner.initial(MODEL, TrainingConfig.defaults(1), replaying())) {
            steps.forEach(learner::step);
            String version = save(learner, "half").version();
            try (Snapshot snapshot = store().open("half", version)) {
                return OnlineLearner.restore(snapshot, TrainingConfig.defaults(1), replaying());
            }
        }
    }

    private static OnlineLearner learner(SeenItems seen) {
        return OnlineLearner.initial(MODEL, TrainingConfig.defaults(1), LEARNING, seen.policy());
    }

    private static LearningConfig learning(EventTypes types) {
        return new LearningConfig(1, 12, new LearningConfig.Replay(0, 5, 10), new LearningConfig.Metrics(10, 50))
                .withTypes(types);
    }

    private static LearningConfig replaying() {
        return new LearningConfig(2, 12, new LearningConfig.Replay(6, 5, 5), new LearningConfig.Metrics(10, 50))
                .withTypes(TYPES);
    }

    /** Returns the distinct sequences that the reservoir draws, with their weights. */
    private Set<String> replayed(OnlineLearner learner, String name) throws IOException {
        Set<String> drawn = new TreeSet<>();
        String version = save(learner, name).version();
        try (Snapshot snapshot = store().open(name, version)) {
            ReplayReservoir reservoir = ReplayFile.read(snapshot.file(ReplayFile.NAME), 100);
            reservoir.draw(
                    1,
                    60,
                    12,
                    (rows, weights, from, to) -> drawn.add(Arrays.toString(Arrays.copyOfRange(rows, from, to)) + "*"
                            + Arrays.toString(weights == null ? null : Arrays.copyOfRange(weights, from, to))));
        }
        return drawn;
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
}
