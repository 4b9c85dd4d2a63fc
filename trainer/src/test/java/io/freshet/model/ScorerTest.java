package io.freshet.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.encoder.SasRecConfig;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;

class ScorerTest {
    private static final ModelConfig CONFIG = new ModelConfig(new SasRecConfig(16, 8, 2, 1), 0.5f, 4);
    static final int ITEMS = 60;

    private static final RecommenderModel MODEL = model();
    private static final Scorer SCORER = new Scorer(CONFIG);
    private static final NaiveSasRec ORACLE = new NaiveSasRec(MODEL);

    private static RecommenderModel model() {
        RecommenderModel model = RecommenderModel.initial(CONFIG);
        for (int i = 0; i < ITEMS; i++) {
            model.addIfAbsent("item-" + i);
        }
        return model;
    }

    @AfterContainer
    static void close() {
        SCORER.close();
        MODEL.close();
    }

    @Property(tries = 200)
    void shouldAnswerTheBestItemsBestFirst(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = ITEMS - 1) Integer> history,
            @ForAll @Size(max = 55) Set<@IntRange(max = ITEMS - 1) Integer> excluded,
            @ForAll @IntRange(min = 1, max = 20) int k) {
        int[] rows = new int[k];
        float[] scores = new float[k];
        int[] historyRows = history.stream().mapToInt(i -> i).toArray();
        int[] excludedRows = excluded.stream().mapToInt(i -> i).toArray();

        int count =
                SCORER.topK(MODEL, historyRows, historyRows.length, excludedRows, excludedRows.length, k, rows, scores);

        double[][] states = ORACLE.encode(historyRows, 0);
        double[] state = states[states.length - 1];
        List<Double> best = IntStream.range(0, ITEMS)
                .filter(row -> !excluded.contains(row))
                .mapToObj(row -> ORACLE.score(state, row))
                .sorted(Comparator.reverseOrder())
                .limit(k)
                .toList();
        assertThat(count).isEqualTo(best.size());
        for (int i = 0; i < count; i++) {
            assertThat((double) scores[i]).isCloseTo(best.get(i), within(1e-4));
            assertThat((double) scores[i]).isCloseTo(ORACLE.score(state, rows[i]), within(1e-4));
            assertThat(excluded).doesNotContain(rows[i]);
        }
        assertThat(IntStream.range(0, count).map(i -> rows[i]).distinct().count())
                .isEqualTo(count);
    }
}
