package io.freshet.training.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PopularityTest {
    private static final int DRAWS = 400_000;

    private static Popularity observed(float power, long... counts) {
        Popularity popularity = new Popularity(power);
        popularity.growTo(counts.length);
        for (int row = 0; row < counts.length; row++) {
            for (long i = 0; i < counts[row]; i++) {
                popularity.observe(row);
            }
        }
        return popularity;
    }

    @Test
    void shouldDrawRowsAsOftenAsItsLogarithmsSay() {
        for (float power : new float[] {0.5f, 0.75f, 1f}) {
            Popularity popularity = observed(power, 0, 3, 1, 80, 0, 2, 15, 0, 1, 4);
            int[] drawn = new int[10];
            for (int i = 0; i < DRAWS; i++) {
                drawn[popularity.draw(CounterRandom.bits(5, 1, Purpose.NEGATIVES, i))]++;
            }

            double total = 0;
            for (int row = 0; row < 10; row++) {
                double q = Math.exp(popularity.logWeight(row) - popularity.logTotal());
                total += q;
                double deviation = Math.sqrt(DRAWS * q * (1 - q));
                assertThat((double) drawn[row]).as("row %d", row).isCloseTo(DRAWS * q, within(5 * deviation));
            }
            assertThat(total).isCloseTo(1, within(1e-5));
            double ratio = Math.exp(popularity.logWeight(3) - popularity.logWeight(0));
            assertThat(ratio).isCloseTo(Math.pow(81, power), within(1e-3 * ratio));
        }
    }

    @Test
    void shouldDrawNoRowThatWasRemovedUntilItIsThereAgain() {
        Popularity popularity = observed(0.75f, 5, 0, 9, 2);
        popularity.remove(2);
        popularity.remove(6);
        Popularity restored = new Popularity(0.75f);
        restored.restore(popularity.counts());
        for (int i = 0; i < 1_000; i++) {
            long bits = CounterRandom.bits(5, 1, Purpose.NEGATIVES, i);
            assertThat(popularity.draw(bits)).isNotIn(2, 6).isBetween(0, 5);
            assertThat(restored.draw(bits)).isEqualTo(popularity.draw(bits));
        }

        popularity.add(2);

        assertThat(popularity.counts()).containsExactly(5, 0, 0, 2, 0, 0, -1);
        assertThat(popularity.logWeight(2)).isEqualTo(popularity.logWeight(1));
    }

    @Property(tries = 100)
    void shouldDrawAlikeWhateverOrderItsCountsCameIn(
            @ForAll @Size(max = 300) List<@IntRange(max = 2999) Integer> rows, @ForAll long seed) {
        Popularity forward = new Popularity(0.75f);
        forward.growTo(3000);
        rows.forEach(forward::observe);
        Popularity backward = new Popularity(0.75f);
        for (int i = rows.size() - 1; i >= 0; i--) {
            backward.growTo(rows.get(i) + 1);
            backward.observe(rows.get(i));
        }
        backward.growTo(3000);
        Popularity restored = new Popularity(0.75f);
        restored.restore(forward.counts());

        for (int i = 0; i < 100; i++) {
            long bits = CounterRandom.bits(seed, 1, Purpose.NEGATIVES, i);
            assertThat(backward.draw(bits)).isEqualTo(forward.draw(bits)).isBetween(0, 2999);
            assertThat(restored.draw(bits)).isEqualTo(forward.draw(bits));
        }
        assertThat(restored.logTotal()).isEqualTo(forward.logTotal());
    }
}
