package io.freshet.training.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.random.CounterRandom;
import io.freshet.training.sampling.NegativeSampler.Coordinates;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class NegativeSamplerTest {
    private final NegativeSampler sampler = new NegativeSampler();

    @Property(tries = 200)
    void shouldDrawDistinctRowsInOrderButNoGaps(
            @ForAll @IntRange(min = 1, max = 500) int rows,
            @ForAll Set<@IntRange(min = 1, max = 499) Integer> missing,
            @ForAll long seed) {
        NegativeSampler tool = new NegativeSampler();
        BitSet gaps = new BitSet();
        missing.stream().filter(row -> row < rows).forEach(gaps::set);
        int there = rows - gaps.cardinality();
        int count = 1 + (int) CounterRandom.below(there, seed, 0, CounterRandom.Purpose.SHUFFLE, 0);
        int[] drawn = new int[count + 1];
        tool.drawDistinct(count, rows, gaps, new Coordinates(seed, 7, 0), drawn, 1);
        int[] again = new int[count + 1];
        tool.drawDistinct(count, rows, gaps, new Coordinates(seed, 7, 0), again, 1);

        int[] sorted = Arrays.copyOfRange(drawn, 1, count + 1);
        assertThat(IntStream.of(sorted).distinct().sorted()).containsExactly(boxed(sorted));
        assertThat(sorted[0]).isNotNegative();
        assertThat(sorted[count - 1]).isLessThan(rows);
        assertThat(IntStream.of(sorted)).noneMatch(gaps::get);
        assertThat(again).isEqualTo(drawn);
    }

    private static Integer[] boxed(int[] values) {
        return IntStream.of(values).boxed().toArray(Integer[]::new);
    }

    @Test
    void shouldDrawEveryRowAsOften() {
        int[] drawn = new int[10];
        int[] counts = new int[100];
        for (int step = 0; step < 20_000; step++) {
            sampler.drawDistinct(10, 100, new BitSet(), new Coordinates(3, step, 0), drawn, 0);
            for (int row : drawn) {
                counts[row]++;
            }
        }

        assertThat(IntStream.of(counts))
                .allSatisfy(count -> assertThat((double) count).isCloseTo(2000, within(5 * 42.5)));
    }

    @Test
    void shouldDrawOnlyUnseenRowsEachAsOften() {
        BitSet seen = new BitSet();
        seen.set(0, 40);
        int[] counts = new int[100];
        for (int index = 0; index < 60_000; index++) {
            counts[NegativeSampler.drawUnseen(seen::get, 100, 3, 1, index)]++;
        }

        assertThat(Arrays.copyOf(counts, 40)).containsOnly(0);
        assertThat(Arrays.stream(counts, 40, 100))
                .allSatisfy(count -> assertThat((double) count).isCloseTo(1000, within(5 * 31.4)));
    }

    @Test
    void shouldFindTheOnlyUnseenRowAndSayWhenThereIsNone() {
        assertThat(NegativeSampler.drawUnseen(row -> row != 77_777, 100_000, 3, 1, 0))
                .isEqualTo(77_777);
        assertThat(NegativeSampler.drawUnseen(row -> true, 100_000, 3, 1, 0)).isEqualTo(-1);
    }
}
