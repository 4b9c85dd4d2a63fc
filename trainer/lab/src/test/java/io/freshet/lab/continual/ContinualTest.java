package io.freshet.lab.continual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.lab.baseline.Baseline;
import io.freshet.lab.baseline.SequentialRules;
import io.freshet.lab.baseline.UserState;
import io.freshet.lab.parallel.ParallelConfig;
import io.freshet.lab.parallel.ParallelCost;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.tensor.Lanes;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.TrainingConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

final class ContinualTest {
    private static final ContinualConfig CONFIG = new ContinualConfig(
            new ModelConfig(new SasRecConfig(Lanes.WIDTH, 6, 1, 1), .1f, 3),
            TrainingConfig.defaults(1),
            new LearningConfig(2, 6, new LearningConfig.Replay(16, 6, 100), new LearningConfig.Metrics(10, 50)),
            16,
            6);

    private static final ParallelConfig PARALLEL =
            new ParallelConfig(2, 5, session -> Math.floorMod(session.hashCode(), 2));

    private final List<List<PeriodClick>> periods = List.of(period(0), period(1), period(2));

    @Test
    void shouldTestWhatANaiveReadingOfTheProtocolLeaves() {
        Set<String> seen = new HashSet<>();
        periods.get(0).forEach(click -> seen.add(click.item()));
        Map<String, List<String>> sessions = new LinkedHashMap<>();
        for (PeriodClick click : periods.get(1)) {
            if (seen.contains(click.item())) {
                sessions.computeIfAbsent(click.session(), _ -> new ArrayList<>())
                        .add(click.item());
            }
        }
        sessions.values().removeIf(items -> items.size() == 1);

        Map<String, List<String>> tested = new LinkedHashMap<>();
        TestClicks.of(periods.get(1), seen::contains)
                .forEach(click -> tested.computeIfAbsent(click.session(), _ -> new ArrayList<>())
                        .add(click.item()));

        assertThat(tested).containsExactlyInAnyOrderEntriesOf(sessions);
        int targets =
                sessions.values().stream().mapToInt(items -> items.size() - 1).sum();
        try (Continual continual = new Continual(CONFIG)) {
            Cycle cycle = run(continual, 1);
            assertThat(cycle.events()).isEqualTo(targets);
            assertThat(cycle.items()).isEqualTo(seen.size());
            assertThat(cycle.learnedClicks()).isEqualTo(periods.get(0).size());
            assertThat(cycle.network()).isNotEqualTo(cycle.served());
            assertThat(cycle.memory()).isNotEqualTo(cycle.served()).isNotEqualTo(cycle.network());
        }
    }

    @Test
    void shouldTestBaselinesOnTheSameTargets() {
        Baseline rules = new SequentialRules(10_000);
        Map<String, Integer> rows = new HashMap<>();
        replay(periods.get(0), rows, rules::observe);
        List<Integer> ranks = new ArrayList<>();
        List<PeriodClick> tested = TestClicks.of(periods.get(1), rows::containsKey);
        replay(tested, rows, (session, item) -> {
            if (session.history().length > 0) {
                ranks.add(rules.rank(session, item).amongAll());
            }
        });

        try (Continual continual = new Continual(CONFIG)) {
            Cycle cycle = run(continual, 1);
            assertThat(cycle.events()).isEqualTo(ranks.size());
            assertThat(cycle.baselines())
                    .containsOnlyKeys(ContinualBaseline.values())
                    .containsEntry(
                            ContinualBaseline.RULES,
                            RecallAndMrr.of(
                                    ranks.stream().mapToInt(rank -> rank).toArray()))
                    .allSatisfy((baseline, accuracy) ->
                            assertThat(accuracy.mrr10()).as(baseline.name()).isBetween(.1, 1.0));
        }
    }

    private static void replay(
            List<PeriodClick> period, Map<String, Integer> rows, BiConsumer<UserState, Integer> step) {
        Map<String, List<Integer>> sessions = new HashMap<>();
        for (PeriodClick click : period) {
            List<Integer> session = sessions.computeIfAbsent(click.session(), _ -> new ArrayList<>());
            int[] history = session.stream().mapToInt(row -> row).toArray();
            int item = rowOf(rows, click.item());
            step.accept(new UserState(0, 0, history, history), item);
            session.add(item);
        }
    }

    private static int rowOf(Map<String, Integer> rows, String item) {
        Integer known = rows.putIfAbsent(item, rows.size());
        return known == null ? rows.size() - 1 : known;
    }

    @Test
    void shouldLearnNothingFromATest() {
        try (Continual tested = new Continual(CONFIG);
                Continual untested = new Continual(CONFIG)) {
            run(tested, 1);
            tested.test(periods.get(2), tested.learners().getFirst());
            untested.run(periods.get(0), List.of(), ContinualListener.SILENT, () -> false);

            assertThat(run(tested, 2).served()).isEqualTo(run(untested, 2).served());
        }
    }

    @Test
    void shouldRankTargetsAmongAllItemsLearned() {
        try (Continual continual = new Continual(CONFIG)) {
            Cycle cycle = run(continual, 1);
            assertThat(Arrays.stream(test(continual, 0, 1).served()).boxed())
                    .isNotEmpty()
                    .allSatisfy(rank -> assertThat(rank).isBetween(1, cycle.items()));
        }
    }

    @Test
    void shouldFindTheNextItemWhenPeriodsAreAlike() {
        try (Continual continual = new Continual(CONFIG)) {
            Cycle first = run(continual, 1);
            Cycle second = run(continual, 2);
            assertThat(second.number()).isEqualTo(2);
            assertThat(second.served().mrr10()).isGreaterThan(first.served().mrr10());
        }
    }

    @Test
    void shouldLearnWithSeveralLearners() {
        try (Continual continual = new Continual(CONFIG, PARALLEL);
                Continual single = new Continual(CONFIG)) {
            Cycle ofSingle = run(single, 1);
            Cycle first = run(continual, 1);
            assertThat(first.items()).isEqualTo(ofSingle.items());
            assertThat(first.events()).isEqualTo(ofSingle.events());
            assertThat(first.baselines()).isEqualTo(ofSingle.baselines());
            Cycle second = run(continual, 2);
            assertThat(second.served().mrr10()).isGreaterThan(first.served().mrr10());
            assertThat(second.served().recall10())
                    .as("a random order has this recall")
                    .isGreaterThan(2. * 10 / second.items());
            assertThat(second.network().recall10()).isGreaterThan(10. / second.items());
            assertThat(single.parallelCost()).isNull();
        }
    }

    @Test
    void shouldHaveOneModelAfterEachPeriodWithSeveralLearners() {
        try (Continual continual = new Continual(CONFIG, PARALLEL)) {
            long merges = 0;
            for (int cycle = 1; cycle <= 2; cycle++) {
                run(continual, cycle);
                TestRanks first = test(continual, 0, cycle);
                TestRanks second = test(continual, 1, cycle);
                int[] network = first.network();
                assertThat(Arrays.stream(network).distinct().count()).isGreaterThan(5);
                assertThat(second.network()).isEqualTo(network);
                assertThat(second.served()).isEqualTo(first.served());
                assertThat(second.memory()).isEqualTo(first.memory());

                int steps = Math.ceilDiv(periods.get(cycle - 1).size(), 2 * CONFIG.stepClicks());
                assertThat(steps % PARALLEL.mergeSteps())
                        .as("the last merge is early")
                        .isNotZero();
                merges += Math.ceilDiv(steps, PARALLEL.mergeSteps());
                ParallelCost cost = Objects.requireNonNull(continual.parallelCost());
                assertThat(cost.merges()).isEqualTo(merges);
                assertThat(cost.mergeBytes()).isPositive();
            }
            assertThat(Objects.requireNonNull(continual.parallelCost()).clicks())
                    .isEqualTo(periods.get(0).size() + periods.get(1).size());
        }
    }

    @Test
    void shouldBeTheSameAsASingleLearnerWhenOneLearnerMergesWithItself() {
        try (Continual single = new Continual(CONFIG);
                Continual one = new Continual(CONFIG, new ParallelConfig(1, 3, session -> 0))) {
            for (int cycle = 1; cycle <= 2; cycle++) {
                Cycle expected = run(single, cycle);
                Cycle actual = run(one, cycle);
                assertThat(actual.served()).isEqualTo(expected.served());
                assertThat(actual.network()).isEqualTo(expected.network());
            }
        }
    }

    @Test
    void shouldGiveNothingWhenStopped() {
        try (Continual continual = new Continual(CONFIG)) {
            assertThat(continual.run(periods.get(0), periods.get(1), ContinualListener.SILENT, () -> true))
                    .isEmpty();
        }
    }

    @Test
    void shouldComputeRecallAndMrrByTheirDefinition() {
        RecallAndMrr accuracy = RecallAndMrr.of(new int[] {1, 10, 11, 20, 21});
        assertThat(accuracy.recall10()).isEqualTo(.4);
        assertThat(accuracy.recall20()).isEqualTo(.8);
        assertThat(accuracy.mrr10()).isCloseTo((1 + 1 / 10.) / 5, within(1e-12));
        assertThat(accuracy.mrr20()).isCloseTo((1 + 1 / 10. + 1 / 11. + 1 / 20.) / 5, within(1e-12));
        assertThat(RecallAndMrr.mean(List.of(accuracy, new RecallAndMrr(0, 0, 0, 0)))
                        .recall20())
                .isEqualTo(.4);
        assertThat(RecallAndMrr.mean(List.of()).mrr20()).isZero();
    }

    private Cycle run(Continual continual, int cycle) {
        return continual
                .run(periods.get(cycle - 1), periods.get(cycle), ContinualListener.SILENT, () -> false)
                .orElseThrow();
    }

    private TestRanks test(Continual continual, int learner, int period) {
        return continual.test(periods.get(period), continual.learners().get(learner));
    }

    /** Returns interleaved sessions of 1 to 6 clicks along a circle of items, some of which are specific to the period. */
    private static List<PeriodClick> period(int number) {
        Random random = new Random(number);
        List<List<PeriodClick>> sessions = new ArrayList<>();
        for (int session = 0; session < 60; session++) {
            List<PeriodClick> clicks = new ArrayList<>();
            int item = random.nextInt(24);
            for (int i = random.nextInt(6); i >= 0; i--) {
                String name = random.nextInt(12) == 0 ? "new-" + number + "-" + item : "item-" + item;
                clicks.add(new PeriodClick("session-" + number + "-" + session, name));
                item = (item + 1) % 24;
            }
            sessions.add(clicks);
        }
        List<PeriodClick> interleaved = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            for (List<PeriodClick> clicks : sessions) {
                if (i < clicks.size()) {
                    interleaved.add(clicks.get(i));
                }
            }
        }
        return interleaved;
    }
}
