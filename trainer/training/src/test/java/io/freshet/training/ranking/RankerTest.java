package io.freshet.training.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.training.learner.NaiveEncoder;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RankerTest {
    private static final ModelConfig CONFIG = new ModelConfig(new SasRecConfig(16, 8, 1, 1), 0.5f, 3);
    private static final int ITEMS = 5000; // more than a chunk of the table
    private static final int QUERIES = 300; // more than a tile

    private RecommenderModel model;
    private Ranker ranker;

    @BeforeAll
    void build() {
        model = RecommenderModel.initial(CONFIG);
        ranker = new Ranker(CONFIG, 2);
        for (int i = 0; i < ITEMS; i++) {
            model.addIfAbsent("item-" + i);
        }
    }

    @AfterAll
    void close() {
        ranker.close();
        model.close();
    }

    private static int draw(int bound, int index) {
        return (int) CounterRandom.below(bound, 9, 0, Purpose.SHUFFLE, index);
    }

    @Test
    void shouldRankAsTheOracleDoes() {
        SequenceBatch histories = new SequenceBatch(8);
        int[][] rows = new int[QUERIES][];
        int[] targets = new int[QUERIES];
        int[] candidates = new int[QUERIES];
        for (int q = 0; q < QUERIES; q++) {
            rows[q] = new int[1 + draw(6, q)];
            for (int i = 0; i < rows[q].length; i++) {
                rows[q][i] = draw(ITEMS, 1000 + 10 * q + i);
            }
            histories.addHistory(rows[q], 0, rows[q].length);
            targets[q] = draw(ITEMS, 100_000 + q);
            candidates[q] = targets[q] + 1 + draw(ITEMS - targets[q], 200_000 + q);
        }
        int[] ranks = new int[QUERIES];

        ranker.rank(model, histories, targets, candidates, null, ranks);

        NaiveEncoder oracle = NaiveEncoder.of(model);
        for (int q = 0; q < QUERIES; q += 7) {
            // Two scores that differ by less than float's precision may swap ranks.
            assertThat(ranks[q])
                    .as("query %d", q)
                    .isBetween(
                            oracle.rank(rows[q], targets[q], candidates[q]) - 1,
                            oracle.rank(rows[q], targets[q], candidates[q]) + 1);
        }
    }

    @Test
    void shouldCountTiesAgainstTheTarget() {
        try (RecommenderModel twins = RecommenderModel.initial(CONFIG)) {
            for (int i = 0; i < 40; i++) {
                twins.addIfAbsent("item-" + i);
                MemorySegment.copy(
                        twins.items().memory(0),
                        0,
                        twins.items().memory(i),
                        twins.items().at(i),
                        twins.items().rowBytes());
            }
            SequenceBatch histories = new SequenceBatch(8);
            histories.addHistory(new int[] {3}, 0, 1);
            histories.addHistory(new int[] {3}, 0, 1);
            int[] ranks = new int[2];

            ranker.rank(twins, histories, new int[] {5, 5}, new int[] {40, 30}, null, ranks);

            assertThat(ranks).containsExactly(40, 30);
        }
    }

    @Test
    void shouldLeaveOutMaskedRows() {
        SequenceBatch histories = new SequenceBatch(8);
        histories.addHistory(new int[] {1, 2}, 0, 2);
        int[] ranks = new int[1];
        ranker.rank(model, histories, new int[] {77}, new int[] {ITEMS}, null, ranks);
        int unmasked = ranks[0];
        NaiveEncoder oracle = NaiveEncoder.of(model);
        double[] state = oracle.encode(new int[] {1, 2}, 0)[1];
        int[] above = IntStream.range(0, ITEMS)
                .filter(row -> oracle.score(state, row) > oracle.score(state, 77) + 1e-3)
                .limit(5)
                .toArray();
        int[][] masked = {
            IntStream.concat(Arrays.stream(above), IntStream.of(77)).toArray()
        };

        ranker.rank(model, histories, new int[] {77}, new int[] {ITEMS}, masked, ranks);

        assertThat(ranks[0]).isEqualTo(unmasked - above.length);
    }
}
