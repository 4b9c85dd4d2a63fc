package io.freshet.training.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankCountsTest {
    private static final int K = 10;

    @Test
    void shouldGiveTheStandardErrorsOfTheMeans() {
        int[] ranks = new Random(1).ints(500, 1, 30).toArray();
        RankCounts counts = new RankCounts(K);
        IntStream.of(ranks).forEach(counts::observe);

        StandardErrors errors = counts.standardErrors();

        assertThat(errors.hr()).isCloseTo(error(IntStream.of(ranks).mapToDouble(r -> r <= K ? 1 : 0)), within(1e-12));
        assertThat(errors.mrr())
                .isCloseTo(error(IntStream.of(ranks).mapToDouble(r -> r <= K ? 1.0 / r : 0)), within(1e-12));
        assertThat(errors.ndcg())
                .isCloseTo(
                        error(IntStream.of(ranks).mapToDouble(r -> r <= K ? Math.log(2) / Math.log(r + 1.0) : 0)),
                        within(1e-12));
    }

    @Test
    void shouldHaveNoErrorsOfASingleEvent() {
        RankCounts counts = new RankCounts(K);
        counts.observe(3);

        assertThat(counts.standardErrors()).isEqualTo(StandardErrors.NONE);
    }

    private static double error(DoubleStream values) {
        double[] all = values.toArray();
        double mean = DoubleStream.of(all).average().orElseThrow();
        double squares = DoubleStream.of(all).map(x -> (x - mean) * (x - mean)).sum();
        return Math.sqrt(squares / (all.length - 1) / all.length);
    }
}
