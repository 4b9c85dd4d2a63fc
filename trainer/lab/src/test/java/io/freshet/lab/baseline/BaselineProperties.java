package io.freshet.lab.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.modellog.StepRecord;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Compares the fast baselines with naive ones that sort and count from scratch for each click. */
final class BaselineProperties {
    private static final int WINDOW = 12;
    private static final long GONE = 0b100100; // items that are forgotten halfway, one bit each

    record Step(int user, int item) {}

    @Provide
    Arbitrary<List<Step>> streams() {
        Arbitrary<Integer> users = Arbitraries.integers().between(0, 3);
        Arbitrary<Integer> items = Arbitraries.integers().between(0, 14);
        return Combinators.combine(users, items).as(Step::new).list().ofMaxSize(60);
    }

    @Property(tries = 300)
    void shouldRankAsNaivePopularityDoes(@ForAll("streams") List<Step> stream) {
        List<Integer> clicked = new ArrayList<>();
        Map<Integer, List<Integer>> histories = new HashMap<>();
        Baseline baseline = new WindowedPopularity(WINDOW);
        for (Step step : stream) {
            List<Integer> history = histories.computeIfAbsent(step.user(), user -> new ArrayList<>());
            assertSameRanks(
                    baseline, history, step.item(), clicked, (earlier, item) -> List.of(recentCount(clicked, item)));
            clicked.add(step.item());
            history.add(step.item());
        }
    }

    @Property(tries = 300)
    void shouldRankAsNaiveRulesDo(@ForAll("streams") List<Step> stream) {
        List<Integer> clicked = new ArrayList<>();
        Map<Integer, List<Integer>> histories = new HashMap<>();
        Map<List<Integer>, Integer> sixths = new HashMap<>();
        NaiveScore rules = (history, item) -> {
            int score = 0;
            for (int gap = 1; gap <= Math.min(3, history.size()); gap++) {
                score += 6 / gap * sixths.getOrDefault(List.of(history.get(history.size() - gap), item), 0);
            }
            return score > 0 ? List.of(score, 0) : List.of(0, recentCount(clicked, item));
        };
        SequentialRules baseline = new SequentialRules(WINDOW);
        for (Step step : stream) {
            if (clicked.size() == stream.size() / 2) {
                baseline.forget(BitSet.valueOf(new long[] {GONE}));
                sixths.keySet().removeIf(rule -> rule.stream().anyMatch(item -> (GONE >> item & 1) != 0));
            }
            List<Integer> history = histories.computeIfAbsent(step.user(), user -> new ArrayList<>());
            assertSameRanks(baseline, history, step.item(), clicked, rules);
            for (int gap = 1; gap <= Math.min(3, history.size()); gap++) {
                sixths.merge(List.of(history.get(history.size() - gap), step.item()), 6 / gap, Integer::sum);
            }
            clicked.add(step.item());
            history.add(step.item());
        }
    }

    @Property(tries = 300)
    void shouldRankAsNaiveDecayedPopularityDoes(@ForAll("streams") List<Step> stream) {
        List<Integer> clicked = new ArrayList<>();
        Map<Integer, List<Integer>> histories = new HashMap<>();
        Baseline baseline = new DecayedPopularity(1);
        for (Step step : stream) {
            List<Integer> history = histories.computeIfAbsent(step.user(), user -> new ArrayList<>());
            assertSameRanks(baseline, history, step.item(), clicked, (earlier, item) -> halvedSum(clicked, item));
            clicked.add(step.item());
            history.add(step.item());
        }
    }

    /**
     * With a half-life of one click the weights are powers of two, so a sum is a number of at most 60 bits, returned in
     * two halves.
     */
    private static List<Integer> halvedSum(List<Integer> clicked, int item) {
        long sum = 0;
        for (int i = 0; i < clicked.size(); i++) {
            sum += clicked.get(i) == item ? 1L << i : 0;
        }
        return List.of((int) (sum >>> 30), (int) (sum & (1 << 30) - 1));
    }

    @Example
    void shouldKeepTheOrderWhenWeightsAreScaledDown() {
        Baseline baseline = new DecayedPopularity(1);
        UserState newUser = new UserState(0, 0, new int[0], new int[0]);
        for (int click = 0; click < 1_000; click++) {
            baseline.observe(newUser, click % 3);
        }
        assertThat(baseline.rank(newUser, 0)).as("clicked last").isEqualTo(new Ranks(1, 1));
        assertThat(baseline.rank(newUser, 2)).isEqualTo(new Ranks(2, 2));
        assertThat(baseline.rank(newUser, 1)).isEqualTo(new Ranks(3, 3));
        assertThat(baseline.rank(newUser, 7)).isEqualTo(Ranks.MISS);
    }

    /** The sort key of the naive baselines: one list per item, compared lexicographically. */
    private interface NaiveScore {
        List<Integer> of(List<Integer> history, int item);
    }

    private static void assertSameRanks(
            Baseline baseline, List<Integer> history, int target, List<Integer> clicked, NaiveScore score) {
        int[] rows = history.stream().mapToInt(Integer::intValue).toArray();
        UserState user = new UserState(0, 0, rows, rows);

        Ranks ranks = baseline.rank(user, target);

        Set<Integer> all = new HashSet<>(clicked);
        Set<Integer> unseen = new HashSet<>(clicked);
        unseen.removeAll(history);
        assertThat(ranks.amongAll()).isEqualTo(naiveRank(history, target, all, score));
        assertThat(ranks.amongUnseen()).isEqualTo(naiveRank(history, target, unseen, score));
        baseline.observe(user, target);
    }

    private static int naiveRank(List<Integer> history, int target, Set<Integer> candidates, NaiveScore score) {
        if (!candidates.contains(target)) {
            return StepRecord.MISS;
        }
        List<Integer> targetScore = score.of(history, target);
        return (int) candidates.stream()
                .filter(item -> compare(score.of(history, item), targetScore) >= 0)
                .count();
    }

    private static int compare(List<Integer> a, List<Integer> b) {
        for (int i = 0; i < a.size(); i++) {
            if (!a.get(i).equals(b.get(i))) {
                return Integer.compare(a.get(i), b.get(i));
            }
        }
        return 0;
    }

    private static int recentCount(List<Integer> clicked, int item) {
        List<Integer> recent = clicked.subList(Math.max(0, clicked.size() - WINDOW), clicked.size());
        return (int) recent.stream().filter(other -> other == item).count();
    }
}
