package io.freshet.training.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.search.RowFilter;
import io.freshet.model.search.Scorer;
import io.freshet.model.search.TopKResults;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import org.junit.jupiter.api.Test;

class ScorerTest {
    private static final ModelConfig CONFIG = new ModelConfig(new SasRecConfig(16, 8, 2, 1), 0.5f, 4);
    static final int ITEMS = 60;

    private static final RecommenderModel MODEL = model();
    private static final Scorer SCORER = new Scorer(CONFIG);
    private static final Scorer BATCH_SCORER = new Scorer(CONFIG, Scorer.MAX_HISTORIES, 2);
    private static final NaiveMixture ORACLE = new NaiveMixture(MODEL);

    private static RecommenderModel model() {
        RecommenderModel model = RecommenderModel.initial(CONFIG, CooccurrenceConfig.DEFAULT);
        for (int i = 0; i < ITEMS; i++) {
            model.addIfAbsent("item-" + i);
        }
        RandomMemory.fill(model.memory(), ITEMS / 2, 100, 3);
        return model;
    }

    @AfterContainer
    static void close() {
        SCORER.close();
        BATCH_SCORER.close();
        MODEL.close();
    }

    @Property(tries = 200)
    void shouldAnswerTheBestItemsBestFirst(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = ITEMS - 1) Integer> history,
            @ForAll @Size(max = 55) Set<@IntRange(max = ITEMS - 1) Integer> excluded,
            @ForAll @IntRange(min = 1, max = 20) int k) {
        int[] historyRows = history.stream().mapToInt(i -> i).toArray();
        int[] excludedRows = excluded.stream().mapToInt(i -> i).toArray();

        TopKResults answers = SCORER.topK(MODEL, historyRows, excludedRows, k);

        double[] probabilities = ORACLE.probabilities(historyRows, ITEMS);
        List<Double> best = IntStream.range(0, ITEMS)
                .filter(row -> !excluded.contains(row))
                .mapToObj(row -> probabilities[row])
                .sorted(Comparator.reverseOrder())
                .limit(k)
                .toList();
        assertThat(answers.size(0)).isEqualTo(best.size());
        for (int i = 0; i < answers.size(0); i++) {
            double score = answers.probability(0, i);
            assertThat(score).isCloseTo(best.get(i), within(1e-6));
            assertThat(score).isCloseTo(probabilities[answers.row(0, i)], within(1e-6));
            assertThat(excluded).doesNotContain(answers.row(0, i));
        }
        assertThat(IntStream.range(0, answers.size(0)).map(i -> answers.row(0, i)))
                .doesNotHaveDuplicates();
    }

    @Property(tries = 50)
    void shouldAnswerManyHistoriesAsOneByOne(
            @ForAll @Size(min = 1, max = Scorer.MAX_HISTORIES)
                    List<@Size(min = 1, max = 8) List<@IntRange(max = ITEMS - 1) Integer>> histories,
            @ForAll @IntRange(min = 1, max = 20) int k) {
        BATCH_SCORER.clear();
        for (List<Integer> history : histories) {
            int[] rows = history.stream().mapToInt(i -> i).toArray();
            BATCH_SCORER.add(MODEL, rows, rows.length, rows, rows.length);
        }
        TopKResults answers = new TopKResults();
        BATCH_SCORER.answer(MODEL, k, answers);

        for (int i = 0; i < histories.size(); i++) {
            int[] rows = histories.get(i).stream().mapToInt(row -> row).toArray();
            TopKResults one = SCORER.topK(MODEL, rows, rows, k);
            double[] all = ORACLE.probabilities(rows, ITEMS);
            assertThat(answers.size(i)).isEqualTo(one.size(0));
            for (int place = 0; place < one.size(0); place++) {
                assertThat(answers.probability(i, place)).isCloseTo(one.probability(0, place), within(1e-6f));
                assertThat((double) answers.probability(i, place)).isCloseTo(all[answers.row(i, place)], within(1e-6));
            }
        }
    }

    @Property(tries = 100)
    void shouldAnswerWithTheBestThatAFilterPasses(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = ITEMS - 1) Integer> history,
            @ForAll @Size(max = 60) Set<@IntRange(max = ITEMS - 1) Integer> passing,
            @ForAll @IntRange(min = 1, max = 20) int k) {
        int[] rows = history.stream().mapToInt(i -> i).toArray();
        List<String> all = answered(rows, RowFilter.ALL, ITEMS);

        assertThat(answered(rows, passing::contains, k))
                .isEqualTo(all.stream()
                        .filter(answer -> passing.contains(Integer.valueOf(answer.split("=", 2)[0])))
                        .limit(k)
                        .toList());
    }

    @Property(tries = 100)
    void shouldAnswerWithSomeRowsAloneAsAmongAllOthers(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = ITEMS - 1) Integer> history,
            @ForAll @Size(max = 60) Set<@IntRange(max = ITEMS - 1) Integer> only,
            @ForAll @IntRange(min = 1, max = 20) int k) {
        int[] rows = history.stream().mapToInt(i -> i).toArray();
        int[] onlyRows = only.stream().mapToInt(i -> i).toArray();

        SCORER.clear();
        SCORER.addOnly(MODEL, rows, rows.length, onlyRows, onlyRows.length);

        assertThat(answers(k)).isEqualTo(answered(rows, only::contains, k));
    }

    @Property(tries = 100)
    void shouldAnswerByWeighedRepeatsWithProbabilities(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = ITEMS - 1) Integer> history,
            @ForAll @Size(max = 10) Set<@IntRange(max = ITEMS - 1) Integer> excluded) {
        int[] rows = history.stream().mapToInt(i -> i).toArray();
        int[] excludedRows = excluded.stream().mapToInt(i -> i).toArray();
        double[] probabilities = ORACLE.weighed(rows, ITEMS);
        TopKResults answers = new TopKResults();
        SCORER.clear();
        SCORER.add(MODEL, rows, rows.length, excludedRows, excludedRows.length);

        SCORER.answer(MODEL, null, ITEMS, true, answers);

        assertThat(answers.size(0)).isEqualTo(ITEMS - excluded.size());
        for (int i = 0; i < answers.size(0); i++) {
            assertThat((double) answers.probability(0, i)).isCloseTo(probabilities[answers.row(0, i)], within(1e-6));
        }
        List<Integer> best =
                IntStream.range(0, 5).map(i -> answers.row(0, i)).boxed().toList();
        SCORER.answer(MODEL, null, 5, true, answers);
        assertThat(IntStream.range(0, 5).map(i -> answers.row(0, i)).boxed().toList())
                .isEqualTo(best);
    }

    private static List<String> answered(int[] history, RowFilter filter, int k) {
        SCORER.clear();
        SCORER.add(MODEL, history, history.length, new int[0], 0, filter);
        return answers(k);
    }

    private static List<String> answers(int k) {
        TopKResults answers = new TopKResults();
        SCORER.answer(MODEL, k, answers);
        return IntStream.range(0, answers.size(0))
                .mapToObj(place -> answers.row(0, place) + "=" + answers.probability(0, place))
                .toList();
    }

    @Test
    void shouldRefuseMoreHistoriesThanWasSaid() {
        int[] history = {1};
        SCORER.clear();
        SCORER.add(MODEL, history, 1, history, 1);
        assertThatThrownBy(() -> SCORER.add(MODEL, history, 1, history, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxHistories=1");
    }

    @Test
    void shouldAnswerWithAllItemsAndNoRowWithoutOne() {
        try (RecommenderModel model = model()) {
            model.evict(List.of(1, 2, 30, 31, 59));

            TopKResults answers = SCORER.topK(model, new int[] {4, 9}, new int[0], ITEMS);

            double[] probabilities = new NaiveMixture(model).probabilities(new int[] {4, 9}, ITEMS);
            assertThat(answers.size(0)).isEqualTo(ITEMS - 5);
            assertThat(IntStream.range(0, answers.size(0)).map(i -> answers.row(0, i)))
                    .doesNotHaveDuplicates()
                    .doesNotContain(1, 2, 30, 31, 59)
                    .allSatisfy(row -> assertThat(row).isLessThan(ITEMS));
            for (int i = 0; i < answers.size(0); i++) {
                assertThat((double) answers.probability(0, i))
                        .isCloseTo(probabilities[answers.row(0, i)], within(1e-6));
            }
        }
    }

    @Test
    void shouldAnswerWithTheNetworksBestWhenThereIsNoMemory() {
        try (RecommenderModel network = RecommenderModel.initial(CONFIG)) {
            for (int i = 0; i < ITEMS; i++) {
                network.addIfAbsent("item-" + i);
            }

            TopKResults answers = SCORER.topK(network, new int[] {4, 9}, new int[0], 3);

            double[] probabilities = new NaiveMixture(network).networkProbabilities(new int[] {4, 9}, ITEMS);
            double best = DoubleStream.of(probabilities).max().orElseThrow();
            assertThat(probabilities[answers.row(0, 0)]).isEqualTo(best);
            assertThat((double) answers.probability(0, 0)).isCloseTo(best, within(1e-6));
        }
    }
}
