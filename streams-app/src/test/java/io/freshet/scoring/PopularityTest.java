package io.freshet.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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

        assertThat(top(3, Set.of())).containsExactly("b", "c", "a");
    }

    @Test
    void shouldCountAClickHalfWhenAHalfLifeHasPassed() {
        add("old", NOW, 3);
        add("new", NOW + HALF_LIFE, 2);

        TopItems items = new TopItems(2);
        popularity.topInto(items, Set.of());
        assertThat(items.itemId(0)).isEqualTo("new");
        assertThat(items.score(0)).isCloseTo(2f, within(1e-5f));
        assertThat(items.itemId(1)).isEqualTo("old");
        assertThat(items.score(1)).isCloseTo(1.5f, within(1e-5f));
    }

    @Test
    void shouldLeaveOutWhatIsExcluded() {
        add("a", NOW, 3);
        add("b", NOW, 2);
        add("c", NOW, 1);

        assertThat(top(2, Set.of("a"))).containsExactly("b", "c");
    }

    @Test
    void shouldKeepTheOrderWhenTheLandmarkMoves() {
        add("a", NOW, 1);
        add("b", NOW + 150 * HALF_LIFE, 2);
        add("c", NOW + 150 * HALF_LIFE, 3);
        add("d", NOW + 400 * HALF_LIFE, 1);

        assertThat(top(4, Set.of())).containsExactly("d", "c", "b", "a");
        add("e", NOW + 5_000 * HALF_LIFE, 1);
        assertThat(top(1, Set.of())).containsExactly("e");
    }

    @Test
    void shouldForgetTheLessPopularHalfWhenTheCapacityIsExceeded() {
        Popularity small = new Popularity(HALF_LIFE, 4, 2);
        for (String item : List.of("a", "b", "c", "d")) {
            small.add(item, NOW);
        }
        small.add("d", NOW);
        small.add("c", NOW);
        small.add("e", NOW);
        // c and d are left; a click brings a back from nothing.
        small.add("a", NOW);
        small.add("a", NOW);

        TopItems items = new TopItems(4);
        small.topInto(items, Set.of());
        assertThat(ids(items)).containsExactly("d", "c");
    }

    @Test
    void shouldGoOnFromWhatWasKept() {
        add("a", NOW, 3);
        add("b", NOW, 2);
        Popularity next = new Popularity(HALF_LIFE, 100, 10);
        next.restore(PopularItemsCodec.decode(PopularItemsCodec.encode(popularity.snapshot())));
        next.add("b", NOW);
        next.add("b", NOW);

        TopItems items = new TopItems(2);
        next.topInto(items, Set.of());
        assertThat(ids(items)).containsExactly("b", "a");
        assertThat(items.score(0)).isCloseTo(4f, within(1e-5f));
    }

    private void add(String itemId, long clickMs, int times) {
        for (int i = 0; i < times; i++) {
            popularity.add(itemId, clickMs);
        }
    }

    private List<String> top(int k, Set<String> excluded) {
        TopItems items = new TopItems(k);
        popularity.topInto(items, excluded);
        return ids(items);
    }

    private static List<String> ids(TopItems items) {
        List<String> ids = new ArrayList<>();
        for (int rank = 0; rank < items.size(); rank++) {
            ids.add(items.itemId(rank));
        }
        return ids;
    }
}
