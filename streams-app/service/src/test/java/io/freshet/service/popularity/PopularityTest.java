package io.freshet.service.popularity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PopularityTest {
    private static final long HALF_LIFE = 1_000;
    private static final long NOW = 1_700_000_000_000L;

    private final Popularity popularity = new Popularity(HALF_LIFE, 100, 10);

    @Test
    void shouldRankByClicksWhenTheyAreOfOneTime() {
        add("a", NOW, 1);
        add("b", NOW, 3);
        add("c", NOW, 2);

        assertThat(ids(popularity.snapshot(NOW))).containsExactly("b", "c", "a");
    }

    @Test
    void shouldCountAClickHalfWhenAHalfLifeHasPassed() {
        add("old", NOW, 3);
        add("new", NOW + HALF_LIFE, 2);

        PopularItems top = popularity.snapshot(NOW);
        assertThat(ids(top)).containsExactly("new", "old");
        assertThat(share(top, 0)).isCloseTo(2 / 3.5, within(1e-9));
        assertThat(share(top, 1)).isCloseTo(1.5 / 3.5, within(1e-9));
    }

    @Test
    void shouldKeepTheOrderWhenTheLandmarkMoves() {
        add("a", NOW, 1);
        add("b", NOW + 150 * HALF_LIFE, 2);
        add("c", NOW + 150 * HALF_LIFE, 3);
        add("d", NOW + 400 * HALF_LIFE, 1);

        assertThat(ids(popularity.snapshot(NOW))).containsExactly("d", "c", "b", "a");
        add("e", NOW + 5_000 * HALF_LIFE, 1);
        assertThat(ids(popularity.snapshot(NOW))).startsWith("e");
        assertThat(share(popularity.snapshot(NOW), 0)).isCloseTo(1, within(1e-9));
    }

    @Test
    void shouldForgetTheLessPopularHalfWhenTheCapacityIsExceeded() {
        Popularity small = new Popularity(HALF_LIFE, 4, 2);
        for (String item : List.of("a", "b", "c", "d")) {
            small.add(item, NOW, NOW);
        }
        small.add("d", NOW, NOW);
        small.add("c", NOW, NOW);
        small.add("e", NOW, NOW);
        // Only c and d are left; a is new again, with a count of zero.
        small.add("a", NOW, NOW);
        small.add("a", NOW, NOW);

        assertThat(ids(small.snapshot(NOW))).containsExactly("d", "c");
        assertThat(share(small.snapshot(NOW), 0)).isCloseTo(2.0 / 9, within(1e-9));
    }

    @Test
    void shouldGoOnFromWhatWasKept() {
        add("a", NOW, 3);
        add("b", NOW, 2);
        Popularity next = new Popularity(HALF_LIFE, 100, 10);
        next.restore(PopularItemsCodec.decode(PopularItemsCodec.encode(popularity.snapshot(NOW))));
        next.add("b", NOW, NOW);
        next.add("b", NOW, NOW);

        assertThat(ids(next.snapshot(NOW))).containsExactly("b", "a");
        assertThat(share(next.snapshot(NOW), 0)).isCloseTo(4.0 / 7, within(1e-9));
    }

    @Test
    void shouldCountAClickAtThePresentWhenItStatesALaterTime() {
        add("a", NOW, 3);
        popularity.add("ahead", NOW + 500 * HALF_LIFE, NOW);
        popularity.add("b", NOW, NOW);
        popularity.add("b", NOW, NOW);

        PopularItems top = popularity.snapshot(NOW);
        assertThat(ids(top)).containsExactly("a", "b", "ahead");
        assertThat(share(top, 2)).isCloseTo(1.0 / 6, within(1e-9));
        assertThat(top.landmarkMs()).isEqualTo(NOW);
    }

    @Test
    void shouldCountAtThePresentWhatWasCountedAtATimeThatHasNotCome() {
        long years = 4_000 * HALF_LIFE;
        popularity.add("ahead", NOW + years, NOW + years);
        popularity.add("a", NOW, NOW);
        popularity.add("a", NOW, NOW);

        PopularItems top = popularity.snapshot(NOW);
        assertThat(ids(top)).containsExactly("a", "ahead");
        assertThat(share(top, 0)).isCloseTo(2.0 / 3, within(1e-9));
    }

    private void add(String itemId, long clickMs, int times) {
        for (int i = 0; i < times; i++) {
            popularity.add(itemId, clickMs, clickMs);
        }
    }

    private static List<String> ids(PopularItems popular) {
        return popular.items().stream().map(PopularItems.Item::itemId).toList();
    }

    private static double share(PopularItems popular, int rank) {
        return popular.items().get(rank).weight() / popular.totalWeight();
    }
}
