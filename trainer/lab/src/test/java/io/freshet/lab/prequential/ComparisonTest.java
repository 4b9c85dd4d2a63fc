package io.freshet.lab.prequential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.lab.baseline.Baseline;
import io.freshet.lab.baseline.DecayedPopularity;
import io.freshet.lab.baseline.Ranks;
import io.freshet.lab.baseline.SequentialRules;
import io.freshet.lab.baseline.SessionNeighbours;
import io.freshet.lab.baseline.UserState;
import io.freshet.lab.baseline.WindowedPopularity;
import io.freshet.store.modellog.RankShare;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.modellog.TargetRanks;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.config.RankSampling;
import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.UserUpdate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ComparisonTest {
    private static final int RECORDS = 205;
    private static final Set<ComparedMethod> BASELINES =
            EnumSet.complementOf(EnumSet.of(ComparedMethod.FROZEN, ComparedMethod.REFIT));

    private final List<UserUpdate> updates = TinyStream.updates(RECORDS);

    @ParameterizedTest
    @EnumSource
    void shouldCountAsANaiveLoopDoes(SeenItems seen) {
        ComparisonResult both = run(SeenItems.RANKED, BASELINES, updates);
        ComparisonResult.Results result = both.of(seen);

        assertThat(both.records()).isEqualTo(RECORDS);
        assertThat(of(result.online(), Slice.ALL)).isEqualTo(counted(learnerRanks(seen), Slice.ALL));
        assertThat(of(result.network(), Slice.ALL))
                .isEqualTo(counted(learnerRanks(seen, TargetRanks::network), Slice.ALL));
        assertThat(of(result.memory(), Slice.ALL))
                .isEqualTo(counted(learnerRanks(seen, TargetRanks::memory), Slice.ALL));
        assertThat(of(result.network(), Slice.ALL).events())
                .isEqualTo(of(result.memory(), Slice.ALL).events())
                .isEqualTo(of(result.online(), Slice.ALL).events());
        assertThat(of(result.network(), Slice.ALL)).isNotEqualTo(of(result.online(), Slice.ALL));
        for (Slice slice : Slice.values()) {
            assertThat(of(figures(result, ComparedMethod.POPULARITY), slice))
                    .isEqualTo(counted(ranks(new WindowedPopularity(10_000), seen), slice));
            assertThat(of(figures(result, ComparedMethod.DECAYED_POPULARITY), slice))
                    .isEqualTo(counted(ranks(new DecayedPopularity(3_500), seen), slice));
            assertThat(of(figures(result, ComparedMethod.RULES), slice))
                    .isEqualTo(counted(ranks(new SequentialRules(10_000), seen), slice));
            assertThat(of(figures(result, ComparedMethod.VSKNN), slice))
                    .isEqualTo(counted(ranks(SessionNeighbours.vsknn(10_000), seen), slice));
            assertThat(of(figures(result, ComparedMethod.STAN), slice))
                    .isEqualTo(counted(ranks(SessionNeighbours.stan(10_000), seen), slice));
        }
    }

    @Test
    void shouldCompareOnTheSampleThatTheLearnerRanks() {
        RankShare share = RankShare.of(.5);
        ComparisonConfig all = TinyStream.config(SeenItems.RANKED, BASELINES);
        LearningConfig.Metrics sampled = new LearningConfig.Metrics(10, 50, new RankSampling(share));
        ComparisonConfig config = new ComparisonConfig(
                all.model(),
                all.training(),
                new LearningConfig(1, 10, TinyStream.LEARNING.replay(), sampled),
                all.repeats(),
                all.stepClicks(),
                all.seen(),
                all.methods(),
                all.refit(),
                all.window());
        long ranked = IntStream.range(RECORDS / 10 + 1, RECORDS)
                .filter(i -> updates.get(i).update().sequence().size() > 1)
                .filter(i -> share.picks(updates.get(i).update().cause()))
                .count();

        try (Comparison comparison = new Comparison(config, RECORDS, ComparisonListener.SILENT, () -> false)) {
            updates.forEach(comparison::accept);
            comparison.finish();
            ComparisonResult.Results result = comparison.result().of(SeenItems.MASKED);

            assertThat(of(result.online(), Slice.ALL).events())
                    .isEqualTo(ranked)
                    .isPositive();
            assertThat(of(result.memory(), Slice.ALL).events()).isEqualTo(ranked);
            assertThat(of(figures(result, ComparedMethod.RULES), Slice.ALL).events())
                    .isEqualTo(ranked);
            assertThat(result.online().errors().ndcg()).isPositive();
        }
    }

    @Test
    void shouldShowTheNewestEventsAlongTheStream() {
        ComparisonResult result = run(SeenItems.RANKED, Set.of(), updates);

        int[] ranks = learnerRanks(SeenItems.RANKED);
        assertThat(result.curveRecords()).hasSize(30).startsWith(7L, 14L).endsWith(203L, 205L);
        List<Accuracy> curve = result.of(SeenItems.RANKED).online().curve();
        assertThat(curve).hasSize(30);
        assertThat(curve.getLast()).isEqualTo(newest(ranks, RECORDS, 30));
        assertThat(curve.get(14)).isEqualTo(newest(ranks, 105, 30));
    }

    @Test
    void shouldTellWhatThereIsWhenTheStreamIsCutShort() {
        try (Comparison comparison = comparison(SeenItems.RANKED, BASELINES)) {
            assertThat(of(comparison.result().of(SeenItems.RANKED).online(), Slice.ALL))
                    .isEqualTo(Accuracy.NONE);
            updates.subList(0, 60).forEach(comparison::accept);

            ComparisonResult result = comparison.result();
            assertThat(result.records()).as("whole steps").isEqualTo(56);
            assertThat(of(result.of(SeenItems.RANKED).online(), Slice.ALL).events())
                    .isBetween(1L, 36L);
        }
    }

    @Test
    void shouldLearnOnlyTheFirstFifthWhenFrozen() {
        ComparisonResult result = run(SeenItems.RANKED, Set.of(ComparedMethod.FROZEN), updates);

        List<Integer> ranks = new ArrayList<>();
        try (OnlineLearner learner = TinyStream.learner(SeenItems.RANKED)) {
            int records = 0;
            for (List<UserUpdate> step : TinyStream.steps(updates)) {
                records += step.size();
                int[] ofStep = records <= RECORDS / 5 ? learner.step(step).ranks() : learner.rank(step);
                for (int rank : ofStep) {
                    ranks.add(rank);
                }
            }
        }
        assertThat(of(figures(result.of(SeenItems.RANKED), ComparedMethod.FROZEN), Slice.ALL))
                .isEqualTo(counted(ranks.stream().mapToInt(rank -> rank).toArray(), Slice.ALL));
    }

    @Test
    void shouldCompareTheProbabilitiesOfServedAnswersWithClicks() {
        ComparisonResult result = run(SeenItems.RANKED, Set.of(), updates);

        ComparisonResult.Calibration calibration = Objects.requireNonNull(result.calibration());
        Accuracy served = of(result.of(SeenItems.MASKED).online(), Slice.ALL);
        assertThat(calibration.first().answers()).isBetween(served.events() * 9 / 10, served.events());
        assertThat(calibration.all().answers()).isBetween(9 * served.events(), 10 * served.events());
        double clicked = calibration.all().bins().stream()
                .mapToDouble(bin -> bin.answers() * bin.clicked())
                .sum();
        // Ranks count clicks of other users in the same step, answers do not.
        assertThat(clicked / served.events()).isCloseTo(served.hr(), within(.1));
        assertThat(calibration.first().expectedError()).isBetween(0.0, .3);
    }

    @Test
    void shouldFitAnewAtEachTenthToNoMoreThanWhatCameBefore() {
        ComparisonResult result = run(SeenItems.RANKED, Set.of(ComparedMethod.REFIT), updates);

        assertThat(result.refits())
                .extracting(ComparisonResult.Refit::tenth)
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(result.refits()).allSatisfy(refit -> {
            int due = Math.ceilDiv(RECORDS * refit.tenth(), 10);
            assertThat(refit.clicks()).isBetween(due - (long) TinyStream.STEP, (long) due);
            assertThat(refit.epochs()).isBetween(1, 2);
        });
        ComparisonResult.Results ranked = result.of(SeenItems.RANKED);
        Accuracy refitted = of(figures(ranked, ComparedMethod.REFIT), Slice.ALL);
        assertThat(refitted.events()).isEqualTo(of(ranked.online(), Slice.ALL).events());
        assertThat(refitted.mrr()).isPositive();
        assertThat(figures(ranked, ComparedMethod.REFIT).curve().getFirst().events())
                .isZero();
    }

    private ComparisonResult run(SeenItems seen, Set<ComparedMethod> methods, List<UserUpdate> stream) {
        try (Comparison comparison = comparison(seen, methods)) {
            stream.forEach(comparison::accept);
            comparison.finish();
            return comparison.result();
        }
    }

    private static Comparison comparison(SeenItems seen, Set<ComparedMethod> methods) {
        return new Comparison(TinyStream.config(seen, methods), RECORDS, ComparisonListener.SILENT, () -> false);
    }

    private static ComparisonResult.Figures figures(ComparisonResult.Results result, ComparedMethod method) {
        return Objects.requireNonNull(result.methods().get(method));
    }

    private static Accuracy of(ComparisonResult.Figures figures, Slice slice) {
        return Objects.requireNonNull(figures.accuracy().get(slice));
    }

    private int[] learnerRanks(SeenItems seen) {
        return learnerRanks(seen, TargetRanks::served);
    }

    private int[] learnerRanks(SeenItems seen, Function<TargetRanks, int[]> part) {
        List<Integer> ranks = new ArrayList<>();
        try (OnlineLearner learner = TinyStream.learner(seen)) {
            for (List<UserUpdate> step : TinyStream.steps(updates)) {
                for (int rank : part.apply(learner.step(step).targetRanks())) {
                    ranks.add(rank);
                }
            }
        }
        return ranks.stream().mapToInt(rank -> rank).toArray();
    }

    private int[] ranks(Baseline baseline, SeenItems seen) {
        Vocabulary items = new Vocabulary();
        Vocabulary users = new Vocabulary();
        int[] ranks = new int[RECORDS];
        for (int i = 0; i < RECORDS; i++) {
            int[] sequence = updates.get(i).update().sequence().interactions().stream()
                    .mapToInt(interaction -> items.addIfAbsent(interaction.itemId()))
                    .toArray();
            int last = sequence.length - 1;
            int[] history = Arrays.copyOf(sequence, last);
            UserState user = new UserState(users.addIfAbsent(updates.get(i).user()), i, history, history);
            Ranks both = baseline.rank(user, sequence[last]);
            int rank = seen == SeenItems.RANKED ? both.amongAll() : both.amongUnseen();
            ranks[i] = last == 0 ? StepRecord.NO_EVENT : rank;
            baseline.observe(user, sequence[last]);
        }
        return ranks;
    }

    /** Returns the accuracy over the slice's events after the first tenth of the stream. */
    private Accuracy counted(int[] ranks, Slice slice) {
        List<Integer> counted = new ArrayList<>();
        Map<String, Integer> clicksOf = new HashMap<>();
        for (int i = 0; i < RECORDS; i++) {
            List<Interaction> sequence = updates.get(i).update().sequence().interactions();
            int earlier = clicksOf.merge(sequence.getLast().itemId(), 1, Integer::sum) - 1;
            boolean included = switch (slice) {
                case ALL -> true;
                case COLD_ITEM -> earlier < 5;
                case WARM_ITEM -> earlier >= 5;
                case SHORT_HISTORY -> sequence.size() == 2;
                case LONG_HISTORY -> sequence.size() > 2;
            };
            if (i >= .1 * RECORDS && sequence.size() > 1 && included) {
                counted.add(ranks[i]);
            }
        }
        return Accuracy.of(counted.stream().mapToInt(rank -> rank).toArray(), 10);
    }

    /** Returns the accuracy over the newest events before a record. */
    private static Accuracy newest(int[] ranks, int end, int window) {
        List<Integer> events = new ArrayList<>();
        for (int i = 0; i < end; i++) {
            if (ranks[i] != StepRecord.NO_EVENT) {
                events.add(ranks[i]);
            }
        }
        List<Integer> newest = events.subList(Math.max(0, events.size() - window), events.size());
        return Accuracy.of(newest.stream().mapToInt(rank -> rank).toArray(), 10);
    }
}
