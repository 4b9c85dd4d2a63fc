package io.freshet.model.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SimilarItemsProperties {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ModelConfig CONFIG = new ModelConfig(new SasRecConfig(16, 8, 1, 1), 0.5f, 4);
    private static final int D = 16;

    /** Uses vectors of small integers: products and squares are exact in any order, and many angles are equal. */
    @Property(tries = 60)
    void shouldFindTheSameItemsInTheSameOrderAsANaiveSearch(
            @ForAll @IntRange(min = 1, max = 5000) int count,
            @ForAll @IntRange(min = 1, max = 30) int k,
            @ForAll @IntRange(min = 2, max = 5) int kept,
            @ForAll long seed) {
        Random random = new Random(seed);
        try (RecommenderModel model = RecommenderModel.initial(CONFIG);
                SimilarItems similar = new SimilarItems()) {
            for (int i = 0; i < count; i++) {
                fill(model.items(), model.addIfAbsent("item-" + i), random);
            }
            int row = random.nextInt(count);
            model.evict(IntStream.range(0, count)
                    .filter(i -> i != row && random.nextInt(5) == 0)
                    .boxed()
                    .toList());
            RowFilter filter = other -> other % kept != 0;
            int[] rows = new int[k];
            float[] cosines = new float[k];

            int found = similar.topK(model, row, filter, k, rows, cosines);

            assertThat(IntStream.range(0, found)
                            .mapToObj(i -> rows[i] + "=" + cosines[i])
                            .toList())
                    .isEqualTo(naive(model, row, filter, k));
        }
    }

    private static void fill(RowTable items, int row, Random random) {
        int range = random.nextInt(3);
        for (int c = 0; c < D; c++) {
            float number = range == 0 ? 0 : random.nextInt(2 * range + 1) - range;
            items.memory(row).set(FLOAT, items.at(row) + (long) c * Float.BYTES, number);
        }
    }

    private static List<String> naive(RecommenderModel model, int row, RowFilter filter, int k) {
        float[] cosines = new float[model.items().rows()];
        for (int other = 0; other < cosines.length; other++) {
            double lengths = Math.sqrt(dot(model, row, row)) * Math.sqrt(dot(model, other, other));
            cosines[other] = (float) (dot(model, row, other) / lengths);
        }
        return IntStream.range(0, cosines.length)
                .filter(other -> other != row && !Float.isNaN(cosines[other]) && filter.passes(other))
                .boxed()
                .sorted(Comparator.comparingDouble((Integer other) -> -cosines[other])
                        .thenComparing(other -> other))
                .limit(k)
                .map(other -> other + "=" + cosines[other])
                .toList();
    }

    private static double dot(RecommenderModel model, int a, int b) {
        double sum = 0;
        for (int c = 0; c < D; c++) {
            sum += (double) number(model.items(), a, c) * number(model.items(), b, c);
        }
        return sum;
    }

    private static float number(RowTable items, int row, int c) {
        return items.memory(row).get(FLOAT, items.at(row) + (long) c * Float.BYTES);
    }
}
