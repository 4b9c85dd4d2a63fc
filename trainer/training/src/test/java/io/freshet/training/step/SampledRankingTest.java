package io.freshet.training.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.cooccurrence.CooccurrenceFile;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.modellog.RankShare;
import io.freshet.store.modellog.StepRecord;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.config.RankSampling;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.metrics.PrequentialFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampledRankingTest {
    private static final ModelConfig MODEL = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 10, 1, 1), .1f, 3);
    private static final RankShare HALF = RankShare.of(.5);

    @TempDir
    Path folder;

    @Test
    void shouldRankThePickedClicksOnly() {
        List<List<UserUpdate>> steps = ClickStream.randomSteps(60, 1);
        int ranked = 0;
        int unranked = 0;
        try (OnlineLearner sampled = learner(new RankSampling(HALF));
                OnlineLearner full = learner(RankSampling.ALL)) {
            for (List<UserUpdate> step : steps) {
                int[] ranks = sampled.step(step).ranks();
                int[] all = full.step(step).ranks();
                for (int i = 0; i < ranks.length; i++) {
                    boolean isEvent = all[i] != StepRecord.NO_EVENT;
                    boolean isPicked = HALF.picks(step.get(i).update().cause());
                    assertThat(StepRecord.isRanked(ranks[i])).isEqualTo(isEvent && isPicked);
                    assertThat(ranks[i] == StepRecord.UNRANKED).isEqualTo(isEvent && !isPicked);
                    ranked += isEvent && isPicked ? 1 : 0;
                    unranked += isEvent && !isPicked ? 1 : 0;
                }
            }

            assertThat(ranked).isPositive();
            assertThat(unranked).isPositive();
            assertThat(sampled.metrics().running().events()).isEqualTo(ranked);
            assertThat(sampled.modelMetrics().memory().windowed().events()).isEqualTo(ranked);
            assertThat(full.metrics().running().events()).isEqualTo(ranked + unranked);
        }
    }

    @Test
    void shouldLearnTheNetworkFromAllClicksAndTheMixtureFromRankedOnes() throws IOException {
        List<List<UserUpdate>> steps = ClickStream.randomSteps(20, 1);
        List<List<UserUpdate>> unpicked = steps.stream()
                .map(step -> step.stream()
                        .filter(click -> !HALF.picks(click.update().cause()))
                        .toList())
                .toList();
        try (OnlineLearner sampled = learner(new RankSampling(HALF));
                OnlineLearner full = learner(RankSampling.ALL);
                OnlineLearner none = learner(new RankSampling(HALF))) {
            double[] untaught = none.model().memory().mixture();
            unpicked.forEach(none::step);
            steps.forEach(sampled::step);
            steps.forEach(full::step);

            assertThat(filesOf(sampled))
                    .containsAll(filesOf(full).stream()
                            .filter(file ->
                                    !file.startsWith(CooccurrenceFile.NAME) && !file.startsWith(PrequentialFile.NAME))
                            .toList());
            assertThat(sampled.model().memory().mixture())
                    .isNotEqualTo(full.model().memory().mixture());
            assertThat(none.model().memory().clicks()).isPositive();
            assertThat(none.model().memory().mixture()).isEqualTo(untaught);
        }
    }

    @Test
    void shouldComeToTheSameBytesWithTheSharesOfTheFirstRun() throws IOException {
        List<List<UserUpdate>> steps = ClickStream.randomSteps(25, 2);
        List<RankShare> shares = new ArrayList<>();
        List<int[]> ranks = new ArrayList<>();
        try (OnlineLearner first = learner(new RankSampling(HALF));
                OnlineLearner rerun = learner(RankSampling.ALL)) {
            for (List<UserUpdate> step : steps) {
                StepOutcome outcome = first.step(step);
                shares.add(outcome.rankShare());
                ranks.add(outcome.ranks());
            }
            for (int i = 0; i < steps.size(); i++) {
                assertThat(rerun.step(steps.get(i), shares.get(i)).ranks()).isEqualTo(ranks.get(i));
            }

            assertThat(filesOf(rerun)).isEqualTo(filesOf(first));
        }
    }

    @Test
    void shouldRankEverythingWhenItIsAskedForRanksOnly() {
        List<UserUpdate> clicks =
                ClickStream.randomSteps(30, 3).stream().flatMap(List::stream).toList();
        try (OnlineLearner sampled = learner(new RankSampling(HALF))) {
            assertThat(Arrays.stream(sampled.rank(clicks))).doesNotContain(StepRecord.UNRANKED);
        }
    }

    @Test
    void shouldRankAllOfFewItemsAndKeepRankingCheapWithMany() {
        RankBudget budget = budget(128);
        List<UserUpdate> step = clicks(128);

        assertThat(budget.share(step, RankBudget.FEW_ITEMS, 1_000)).isEqualTo(RankShare.ALL);
        assertThat(budget.share(clicks(2_000), RankBudget.FEW_ITEMS, 0)).isEqualTo(RankShare.ALL);
        double[] shares = IntStream.of(20_000, 50_000, 200_000, 1_000_000, 50_000_000)
                .mapToDouble(items -> budget.share(step, items, 1_000).value())
                .toArray();
        assertThat(shares).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(shares[1]).isBetween(.1, .9);
        assertThat(shares[3]).as("a click in each step").isBetween(.5 / 128, 5.0 / 128);
        assertThat(shares[4]).isPositive();
    }

    @Test
    void shouldRankLessInACatchUpStepWhichLearnsLessOfEachClick() {
        double full = budget(512).share(clicks(512), 50_000, 1_000).value();
        double catchUp = budget(128).share(clicks(512), 50_000, 1_000).value();

        assertThat(catchUp).isBetween(.005, full / 2);
    }

    private static RankBudget budget(int fullStepClicks) {
        return new RankBudget(
                ModelConfig.defaults(1).encoder(),
                TrainingConfig.defaults(1),
                LearningConfig.DEFAULT.withFullStepClicks(fullStepClicks));
    }

    /** Returns the newest clicks of as many users, each with ten clicks before it. */
    private static List<UserUpdate> clicks(int users) {
        ClickStream stream = new ClickStream();
        List<UserUpdate> newest = new ArrayList<>();
        for (int click = 0; click < 11; click++) {
            newest.clear();
            for (int user = 0; user < users; user++) {
                newest.add(stream.click("user-" + user, "item-" + (user + click)));
            }
        }
        return newest;
    }

    private static OnlineLearner learner(RankSampling ranked) {
        LearningConfig learning = new LearningConfig(
                2, 12, new LearningConfig.Replay(8, 5, 10), new LearningConfig.Metrics(10, 5_000, ranked));
        return OnlineLearner.initial(MODEL, TrainingConfig.defaults(1), learning);
    }

    /** Returns name and digest of each file of the learner's snapshot. */
    private List<String> filesOf(OnlineLearner learner) throws IOException {
        SnapshotFiles files = new SnapshotFiles();
        learner.addTo(files);
        return new FileSnapshotStore(folder)
                .save(ModelSnapshot.draft("one", MODEL, learner.model().step(), Instant.EPOCH), files).files().stream()
                        .map(file -> file.name() + " " + file.sha256())
                        .toList();
    }
}
