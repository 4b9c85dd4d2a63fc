package io.freshet.model.cooccurrence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RecentClicksTest {
    private final RecentClicks clicks = new RecentClicks();

    @Test
    void shouldKeepTheNewestClicks() {
        for (int row = 0; row < 250; row++) {
            clicks.add(row);
        }

        assertThat(rows())
                .isEqualTo(IntStream.range(0, 100).mapToObj(i -> 249 - i).toList());
    }

    @Test
    void shouldForgetItemsAndKeepTheOrder() {
        for (int row = 0; row < 130; row++) {
            clicks.add(row % 4);
        }
        BitSet gone = new BitSet();
        gone.set(1, 4);

        clicks.forget(gone);
        clicks.add(9);

        assertThat(rows()).hasSize(26).startsWith(9, 0, 0).containsOnly(0, 9);
    }

    @Test
    void shouldExpectItemsByTheAgeOfTheirClicks() {
        clicks.add(5);
        for (int i = 0; i < 29; i++) {
            clicks.add(6);
        }
        clicks.add(5);
        CooccurrenceScores into = new CooccurrenceScores();
        into.begin(0, Component.RECENT.bit(), 0, CooccurrenceScores.NO_TARGET);

        clicks.expect(1, into);
        into.end();

        double five = into.mass(into.placeOf(0, 5));
        double six = into.mass(into.placeOf(0, 6));
        double others = IntStream.range(1, 30)
                .mapToDouble(newer -> 1 / (1 + newer / 30.0))
                .sum();
        assertThat(five + six).isCloseTo(1, within(1e-12));
        assertThat(five / six).isCloseTo(1.5 / others, within(1e-12));
    }

    @Test
    void shouldLeadAMemoryToItemsThatManyUsersClickNow() {
        CooccurrenceModel memory = new CooccurrenceModel(CooccurrenceConfig.DEFAULT);
        CooccurrenceScores expectations = new CooccurrenceScores();
        for (int user = 10; user < 500; user++) {
            int item = user % 3;
            expectations.clear();
            memory.expect(new int[] {user}, 0, 1, item, expectations);
            memory.learn(expectations, new double[] {1e-3}, new double[] {0}, new double[expectations.end(0)]);
            memory.observe(new int[] {user}, 0, 1, item);
        }
        expectations.clear();
        memory.expect(new int[] {1_000}, 0, 1, 2, expectations);

        assertThat(expectations.targetMass(0)).isGreaterThan(.25);
    }

    private List<Integer> rows() {
        return IntStream.range(0, clicks.size()).mapToObj(clicks::row).toList();
    }
}
