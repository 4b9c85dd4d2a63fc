package io.freshet.training.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.store.modellog.StepRecord;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

final class PrequentialMetricsProperties {
    private static final int K = 10;

    @Provide
    Arbitrary<List<Integer>> ranks() {
        return Arbitraries.frequencyOf(
                        Tuple.of(6, Arbitraries.integers().between(1, 14)),
                        Tuple.of(1, Arbitraries.of(StepRecord.NO_EVENT, StepRecord.MISS)))
                .list()
                .ofMaxSize(80);
    }

    @Property
    void shouldMeanOverAllAndOverWindowAsNaiveCountDoes(
            @ForAll("ranks") List<Integer> ranks, @ForAll @IntRange(min = 1, max = 30) int window) {
        PrequentialMetrics metrics = new PrequentialMetrics(K, window);
        ranks.forEach(metrics::observe);
        List<Integer> events = events(ranks);

        assertClose(metrics.running(), events);
        assertClose(metrics.windowed(), events.subList(Math.max(0, events.size() - window), events.size()));
    }

    @Property
    void shouldGoOnAlikeWhenRebuiltFromItsState(
            @ForAll("ranks") List<Integer> before,
            @ForAll("ranks") List<Integer> after,
            @ForAll @IntRange(min = 1, max = 30) int window) {
        PrequentialMetrics metrics = new PrequentialMetrics(K, window);
        before.forEach(metrics::observe);
        PrequentialMetrics rebuilt =
                PrequentialMetrics.of(metrics.countsOfAll(), metrics.recentBuckets(), metrics.window());

        after.forEach(metrics::observe);
        after.forEach(rebuilt::observe);

        assertThat(rebuilt.running()).isEqualTo(metrics.running());
        assertThat(rebuilt.windowed()).isEqualTo(metrics.windowed());
        assertThat(rebuilt.recentBuckets()).isEqualTo(metrics.recentBuckets());
    }

    @Property
    void shouldLeaveOutTheFirstShareOfTheStream(
            @ForAll("ranks") List<Integer> ranks, @ForAll @IntRange(min = 0, max = 9) int tenths) {
        StreamAccuracy accuracy = new StreamAccuracy(K);
        ranks.forEach(accuracy::observe);

        int first = (int) (tenths / 10.0 * ranks.size());
        assertClose(accuracy.afterFirst(tenths / 10.0), events(ranks.subList(first, ranks.size())));
    }

    @Property
    void shouldMeetTheShareToWithinOneCheckpointWhenTheStreamIsLong(@ForAll @IntRange(max = 500) int clicks) {
        int checkpoints = 16;
        StreamAccuracy accuracy = new StreamAccuracy(K, checkpoints);
        for (int i = 0; i < clicks; i++) {
            accuracy.observe(1);
        }

        double spacing = Math.max(1, 2.0 * clicks / checkpoints);
        assertThat((double) accuracy.afterFirst(.5).events()).isCloseTo(clicks / 2.0, within(spacing));
    }

    private static List<Integer> events(List<Integer> ranks) {
        return ranks.stream().filter(rank -> rank != StepRecord.NO_EVENT).toList();
    }

    private static void assertClose(Accuracy accuracy, List<Integer> events) {
        assertThat(accuracy.events()).isEqualTo(events.size());
        assertThat(accuracy.hr()).isCloseTo(mean(events, rank -> 1), within(1e-12));
        assertThat(accuracy.ndcg()).isCloseTo(mean(events, rank -> Math.log(2) / Math.log(rank + 1)), within(1e-12));
        assertThat(accuracy.mrr()).isCloseTo(mean(events, rank -> 1.0 / rank), within(1e-12));
    }

    private static double mean(List<Integer> ranks, IntToDoubleFunction gain) {
        return ranks.stream()
                .mapToDouble(rank -> rank <= K ? gain.applyAsDouble(rank) : 0)
                .average()
                .orElse(0);
    }
}
