package io.freshet.training.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.cooccurrence.CooccurrenceScores;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MixtureRankerTest {
    private static final ModelConfig CONFIG = new ModelConfig(new SasRecConfig(16, 8, 1, 1), 0.5f, 3);
    private static final int QUERIES = 150; // more than a tile
    private static final int REMEMBERED = 40; // rows that the memory knows

    private final RecommenderModel model = RecommenderModel.initial(CONFIG, CooccurrenceConfig.DEFAULT);
    private final MixtureRanker ranker = new MixtureRanker(CONFIG, 2);
    private final MixtureRanks ranks = new MixtureRanks();
    private final int[][] histories = new int[QUERIES][];
    private final int[] targets = new int[QUERIES];
    private final int[] candidates = new int[QUERIES];

    @AfterEach
    void close() {
        ranker.close();
        model.close();
    }

    @ParameterizedTest
    @CsvSource({"60, 200", "5000, 200", "13000, 400", "60, 0"})
    void shouldRankAsTheFullDistributionDoes(int items, int clicks) {
        build(items, clicks);

        MixtureRanker.Queries queries = queries(null);
        ranker.rank(model, queries, ranks);

        NaiveMixture oracle = new NaiveMixture(model);
        for (int q = 0; q < QUERIES; q += items > 1000 ? 7 : 1) {
            double[] p = oracle.probabilities(histories[q], candidates[q]);
            double[] ofNetwork = oracle.networkProbabilities(histories[q], candidates[q]);
            double[] scores = oracle.scores(histories[q], candidates[q]);
            double mean = IntStream.range(0, scores.length)
                    .mapToDouble(i -> scores[i] * ofNetwork[i])
                    .sum();
            assertRank(ranks.served()[q], p, targets[q], new int[0]);
            assertRank(ranks.network()[q], ofNetwork, targets[q], new int[0]);
            assertRank(ranks.servedWeighed()[q], oracle.weighed(histories[q], candidates[q]), targets[q], new int[0]);
            int start = queries.expectations().start(q);
            for (int place = start; place < queries.expectations().end(q); place++) {
                double ofRow = p[queries.expectations().row(place)];
                assertThat(ranks.expected()[place]).isCloseTo(ofRow, within(1e-4 * ofRow));
            }
            assertThat(ranks.networkProbabilities()[q])
                    .isCloseTo(ofNetwork[targets[q]], within(1e-4 * ofNetwork[targets[q]]));
            assertThat(ranks.scoreGaps()[q]).isCloseTo(mean - scores[targets[q]], within(1e-3));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 9000})
    void shouldLeaveOutMaskedRows(int items) {
        build(items, 200);
        int[][] masked = new int[QUERIES][];
        for (int q = 0; q < QUERIES; q++) {
            int target = targets[q];
            masked[q] = Arrays.stream(histories[q])
                    .distinct()
                    .filter(row -> row != target)
                    .toArray();
        }

        ranker.rank(model, queries(masked), ranks);

        NaiveMixture oracle = new NaiveMixture(model);
        for (int q = 0; q < QUERIES; q += items > 1000 ? 7 : 1) {
            assertRank(ranks.served()[q], oracle.probabilities(histories[q], candidates[q]), targets[q], masked[q]);
            assertRank(
                    ranks.network()[q],
                    oracle.networkProbabilities(histories[q], candidates[q]),
                    targets[q],
                    masked[q]);
        }
        int[] served = Arrays.copyOf(ranks.servedAmongAll(), QUERIES);
        int[] network = Arrays.copyOf(ranks.networkAmongAll(), QUERIES);
        int[] memory = Arrays.copyOf(ranks.memoryAmongAll(), QUERIES);
        ranker.rank(model, queries(null), ranks);
        assertThat(served).isEqualTo(Arrays.copyOf(ranks.served(), QUERIES));
        assertThat(network).isEqualTo(Arrays.copyOf(ranks.network(), QUERIES));
        assertThat(memory).isEqualTo(Arrays.copyOf(ranks.memory(), QUERIES));
    }

    @Test
    void shouldRankTargetsOfTheHistoryByTheirFactors() {
        build(5000, 400);
        Random random = new Random(9);
        for (int q = 0; q < QUERIES; q++) {
            targets[q] = histories[q][random.nextInt(histories[q].length)];
        }

        MixtureRanker.Queries queries = queries(null);
        ranker.rank(model, queries, ranks);

        NaiveMixture oracle = new NaiveMixture(model);
        double least = 1;
        double most = 1;
        for (int q = 0; q < QUERIES; q += 3) {
            assertRank(ranks.servedWeighed()[q], oracle.weighed(histories[q], candidates[q]), targets[q], new int[0]);
            least = Math.min(least, queries.expectations().targetFactor(q));
            most = Math.max(most, queries.expectations().targetFactor(q));
        }
        assertThat(least).as("factors raise and lower thresholds").isLessThan(.7);
        assertThat(most).isGreaterThan(1.2);
        assertThat(Arrays.copyOf(ranks.servedWeighed(), QUERIES)).isNotEqualTo(Arrays.copyOf(ranks.served(), QUERIES));
    }

    @Test
    void shouldGiveTheRanksOfTheNetworkThatRankerGives() {
        build(5000, 100);
        MixtureRanker.Queries queries = queries(null);
        ranker.rank(model, queries, ranks);
        int[] ofNetwork = new int[QUERIES];

        try (Ranker alone = new Ranker(CONFIG, 1)) {
            alone.rank(model, queries.histories(), targets, candidates, null, ofNetwork);
        }

        assertThat(Arrays.copyOf(ranks.network(), QUERIES)).isEqualTo(ofNetwork);
    }

    @Test
    void shouldRankAsThoughRowsWithoutItemsWereNotThere() {
        build(5000, 200);
        Arrays.fill(candidates, 5000);
        Set<Integer> used = new HashSet<>();
        for (int q = 0; q < QUERIES; q++) {
            used.add(targets[q]);
            Arrays.stream(histories[q]).forEach(used::add);
        }
        List<Integer> gone = IntStream.range(0, 5000)
                .filter(row -> row % 3 == 0 && !used.contains(row))
                .boxed()
                .toList();
        model.evict(gone);

        ranker.rank(model, queries(null), ranks);

        int[] masked = gone.stream().mapToInt(row -> row).toArray();
        NaiveMixture oracle = new NaiveMixture(model);
        for (int q = 0; q < QUERIES; q += 7) {
            double[] p = oracle.probabilities(histories[q], candidates[q]);
            double[] ofNetwork = oracle.networkProbabilities(histories[q], candidates[q]);
            assertRank(ranks.served()[q], p, targets[q], masked);
            assertRank(ranks.network()[q], ofNetwork, targets[q], masked);
            assertThat(ranks.networkProbabilities()[q])
                    .isCloseTo(ofNetwork[targets[q]], within(1e-4 * ofNetwork[targets[q]]));
            assertThat(ranks.memory()[q]).isLessThanOrEqualTo(5000 - masked.length);
        }
    }

    @Test
    void shouldCountTiesAgainstTheTarget() {
        build(60, 0); // nothing remembered: the memory ranks all unseen rows equally
        ranker.rank(model, queries(null), ranks);

        assertThat(Arrays.copyOf(ranks.memory(), QUERIES)).isEqualTo(candidates);
        assertThat(Arrays.copyOf(ranks.served(), QUERIES)).isEqualTo(Arrays.copyOf(ranks.network(), QUERIES));
    }

    @Test
    void shouldPutATargetLastWhenTheNetworkIsBroken() {
        build(60, 0);
        for (int i = 0; i < model.denseSize(); i++) {
            model.dense().setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, Float.NaN);
        }

        ranker.rank(model, queries(null), ranks);

        assertThat(Arrays.copyOf(ranks.network(), QUERIES)).isEqualTo(candidates);
        assertThat(Arrays.copyOf(ranks.served(), QUERIES)).isEqualTo(candidates);
    }

    /** Asserts that the rank equals the rank in double precision, up to scores that float cannot distinguish. */
    private static void assertRank(int rank, double[] p, int target, int[] masked) {
        boolean[] out = new boolean[p.length];
        IntStream.of(masked).filter(row -> row < p.length).forEach(row -> out[row] = true);
        int surelyAbove = 0;
        int perhapsAbove = 0;
        for (int row = 0; row < p.length; row++) {
            if (row != target && !out[row]) {
                surelyAbove += p[row] > p[target] * (1 + 1e-4) ? 1 : 0;
                perhapsAbove += p[row] > p[target] * (1 - 1e-4) ? 1 : 0;
            }
        }
        assertThat(rank).isBetween(1 + surelyAbove, 1 + perhapsAbove);
    }

    private void build(int items, int clicks) {
        for (int i = 0; i < items; i++) {
            model.addIfAbsent("item-" + i);
        }
        RandomMemory.fill(model.memory(), REMEMBERED, clicks, 11);
        Random random = new Random(7);
        for (int q = 0; q < QUERIES; q++) {
            histories[q] = random.ints(1 + random.nextInt(6), 0, REMEMBERED).toArray();
            targets[q] = random.nextInt(q % 2 == 0 ? REMEMBERED : items);
            int least = Math.max(targets[q] + 1, REMEMBERED);
            candidates[q] = least + random.nextInt(items - least + 1);
        }
    }

    private MixtureRanker.Queries queries(int @Nullable [][] masked) {
        SequenceBatch batch = new SequenceBatch(8);
        CooccurrenceScores expectations = new CooccurrenceScores();
        for (int q = 0; q < QUERIES; q++) {
            batch.addHistory(histories[q], 0, histories[q].length);
            model.memory().expect(histories[q], 0, histories[q].length, targets[q], expectations);
        }
        return new MixtureRanker.Queries(batch, targets, candidates, masked, expectations);
    }
}
