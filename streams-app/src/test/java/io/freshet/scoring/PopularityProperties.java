package io.freshet.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class PopularityProperties {
    private static final double HALF_LIFE_MS = 10;

    @Property
    void shouldRankAsSumsOverAllClicksDo(
            @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 5_000) Integer> clicks) {
        Popularity popularity = new Popularity(HALF_LIFE_MS, 1_000, 20);
        Map<String, List<Long>> timesByItem = new HashMap<>();
        long timeMs = 0;
        for (int click : clicks) {
            timeMs += click / 20 % 50;
            String item = "i" + click % 15;
            popularity.add(item, timeMs);
            timesByItem.computeIfAbsent(item, _ -> new ArrayList<>()).add(timeMs);
        }

        TopItems items = new TopItems(20);
        popularity.topInto(items, Set.of());

        assertThat(items.size()).isEqualTo(timesByItem.size());
        for (int rank = 0; rank < items.size(); rank++) {
            double expected = decayed(timesByItem.getOrDefault(items.itemId(rank), List.of()), timeMs);
            assertThat((double) items.score(rank)).isBetween(expected * 0.9999 - 1e-30, expected * 1.0001 + 1e-30);
            assertThat(rank == 0 || items.score(rank - 1) >= items.score(rank)).isTrue();
        }
    }

    private static double decayed(List<Long> times, long nowMs) {
        return times.stream()
                .mapToDouble(time -> Math.pow(2, -(nowMs - time) / HALF_LIFE_MS))
                .sum();
    }
}
