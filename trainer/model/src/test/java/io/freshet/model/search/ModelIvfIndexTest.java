package io.freshet.model.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.ivf.IvfIndex;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.Eviction;
import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.snapshot.Manifest;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ModelIvfIndexTest {
    private static final ModelConfig CONFIG = new ModelConfig(new SasRecConfig(16, 8, 2, 1), 0.5f, 4);
    private static final int ITEMS = 9000;
    private static final int[] HISTORY = {4, 9, 100};

    private final RecommenderModel model = RecommenderModel.initial(CONFIG);
    private final ModelIvfIndex clusters = new ModelIvfIndex(model, ITEMS);
    private final Scorer scorer = new Scorer(CONFIG);

    @BeforeEach
    void addItems() {
        for (int item = 0; item < ITEMS; item++) {
            model.addIfAbsent("item-" + item);
        }
        model.completeStep(1);
    }

    @AfterEach
    void close() {
        scorer.close();
        clusters.close();
        model.close();
    }

    @Test
    void shouldMakeNoneOfFewerItemsThanWasSaid() {
        try (ModelIvfIndex ofMore = new ModelIvfIndex(model, ITEMS + 1);
                ModelIvfIndex never = new ModelIvfIndex(model, 0)) {
            assertThat(ofMore.advance()).isFalse();
            assertThat(never.advance()).isFalse();
            assertThat(ofMore.current()).isNull();
        }
    }

    @Test
    void shouldAnswerWithTheItemsAndScoresOfNowAfterADelta() {
        finish();
        int best = answers(10, 1).row(0, 0);
        float[] longer = vector(best, 3);
        int added = ITEMS;

        clusters.apply(List.of(delta(List.of(best), new int[] {best, added, 17}, longer, longer, vector(17, 2))));

        TopKResults answers = answers(10, ITEMS);
        assertThat(rows(answers)).doesNotContain(best).contains(added);
        assertThat(answers.row(0, 0)).isEqualTo(added);
        requireScoresOfNow(answers);
    }

    @Test
    void shouldFollowDeltasThatComeWhileTheyAreMade() {
        assertThat(clusters.advance()).isTrue();
        int[] rows = IntStream.range(0, 50).map(i -> i * 180).toArray();
        long step = 1;
        while (clusters.current() == null) {
            float[][] values =
                    IntStream.of(rows).mapToObj(row -> vector(row, -1)).toArray(float[][]::new);
            clusters.apply(List.of(deltaAt(step++, List.of(), rows, values)));
            clusters.advance();
        }

        assertThat(clusters.current().rows()).isEqualTo(ITEMS);
        requireScoresOfNow(answers(10, 10));
    }

    @Test
    void shouldMakeThemAnewWhenHalfOfTheItemsHaveMoved() {
        finish();
        IvfIndex first = clusters.current();
        int[] rows = IntStream.range(0, ITEMS * 2 / 3).toArray();
        float[][] values = IntStream.of(rows).mapToObj(row -> vector(row, -7)).toArray(float[][]::new);

        clusters.apply(List.of(delta(List.of(), rows, values)));
        finish();

        assertThat(clusters.current()).isNotSameAs(first);
        requireScoresOfNow(answers(10, 10));
    }

    private void finish() {
        while (clusters.advance()) {
            // until nothing is left
        }
        assertThat(clusters.current()).isNotNull();
    }

    /** Returns the {@code k} best answers, which must be among the first {@code of} of all items. */
    private TopKResults answers(int k, int of) {
        TopKResults all = answer(null, of);
        TopKResults found = answer(Objects.requireNonNull(clusters.current()), k);
        assertThat(found.size(0)).isEqualTo(k);
        if (of >= k) {
            assertThat(rows(all)).containsAll(rows(found));
        }
        return found;
    }

    private TopKResults answer(@Nullable IvfIndex by, int k) {
        scorer.clear();
        scorer.add(model, HISTORY, HISTORY.length, new int[0], 0);
        TopKResults answers = new TopKResults();
        scorer.answer(model, by, k, answers);
        return answers;
    }

    /** Asserts that the scores equal the exact ones except for the normaliser. */
    private void requireScoresOfNow(TopKResults found) {
        TopKResults exact = answer(null, ITEMS);
        double off = found.probability(0, 0) / exact.probability(0, rows(exact).indexOf(found.row(0, 0)));
        assertThat(off).isCloseTo(1, within(.2));
        for (int place = 0; place < found.size(0); place++) {
            float now = exact.probability(0, rows(exact).indexOf(found.row(0, place)));
            assertThat(found.probability(0, place) / now / off).isCloseTo(1, within(1e-4));
        }
    }

    private static List<Integer> rows(TopKResults answers) {
        return IntStream.range(0, answers.size(0))
                .mapToObj(place -> answers.row(0, place))
                .toList();
    }

    private float[] vector(int row, float factor) {
        float[] vector = new float[model.dim()];
        for (int c = 0; c < vector.length; c++) {
            vector[c] = factor
                    * model.items()
                            .memory(row)
                            .get(ValueLayout.JAVA_FLOAT_UNALIGNED, model.items().at(row) + 4L * c);
        }
        return vector;
    }

    private ModelDelta delta(List<Integer> evicted, int[] rows, float[]... values) {
        return deltaAt(1, evicted, rows, values);
    }

    /**
     * Returns a delta in which rows beyond the table are new items. An evicted row stays out, although it is listed as
     * changed.
     */
    private ModelDelta deltaAt(long step, List<Integer> evicted, int[] rows, float[]... values) {
        int[] kept = IntStream.range(0, rows.length)
                .filter(i -> !evicted.contains(rows[i]))
                .toArray();
        float[] flat = new float[kept.length * model.dim()];
        for (int i = 0; i < kept.length; i++) {
            System.arraycopy(values[kept[i]], 0, flat, i * model.dim(), model.dim());
        }
        int before = model.vocabulary().size();
        int[] added = IntStream.of(rows).filter(row -> row >= before).toArray();
        return new ModelDelta(
                Manifest.NO_LINEAGE,
                new ModelDelta.Steps(step, step + 1),
                ModelDelta.Part.ONLY,
                new ModelDelta.VocabularyChange(
                        before + added.length,
                        added,
                        Arrays.stream(added).mapToObj(row -> "new-" + row).toList(),
                        evicted.isEmpty() ? List.of() : List.of(new Eviction(step + 1, evicted))),
                new ModelDelta.RowValues(
                        model.dim(), IntStream.of(kept).map(i -> rows[i]).toArray(), flat),
                dense(),
                MemoryDelta.NONE);
    }

    private float[] dense() {
        return model.dense().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
}
