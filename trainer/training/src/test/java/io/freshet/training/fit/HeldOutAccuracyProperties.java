package io.freshet.training.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.training.metrics.Accuracy;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;

/** Compares the metrics with their definitions, rank by rank. */
final class HeldOutAccuracyProperties {
    @Property
    void shouldMeanOverRanksAsDefined(@ForAll @NotEmpty List<@IntRange(min = 1, max = 30) Integer> ranks) {
        HeldOutAccuracy accuracy =
                HeldOutAccuracy.of(ranks.stream().mapToInt(rank -> rank).toArray());
        assertThat(accuracy.users()).isEqualTo(ranks.size());
        assertMeans(accuracy.at5(), ranks, 5);
        assertMeans(accuracy.at10(), ranks, 10);
        assertMeans(accuracy.at20(), ranks, 20);
    }

    private static void assertMeans(Accuracy accuracy, List<Integer> ranks, int k) {
        double hr = 0;
        double ndcg = 0;
        double mrr = 0;
        for (int rank : ranks) {
            if (rank <= k) {
                hr += 1;
                ndcg += 1 / (Math.log(1 + rank) / Math.log(2));
                mrr += 1.0 / rank;
            }
        }
        assertThat(accuracy.hr()).isCloseTo(hr / ranks.size(), within(1e-12));
        assertThat(accuracy.ndcg()).isCloseTo(ndcg / ranks.size(), within(1e-12));
        assertThat(accuracy.mrr()).isCloseTo(mrr / ranks.size(), within(1e-12));
    }
}
