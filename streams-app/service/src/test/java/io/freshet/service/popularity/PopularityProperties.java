package io.freshet.service.popularity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        long timeMs = 0; // time of the newest click
        for (int click : clicks) {
            timeMs += click / 20 % 50;
            String item = "i" + click % 15;
            popularity.add(item, timeMs, timeMs);
            timesByItem.computeIfAbsent(item, _ -> new ArrayList<>()).add(timeMs);
        }

        List<PopularItems.Item> items = popularity.snapshot(timeMs).items();
        double decay = Math.pow(2, (popularity.snapshot(timeMs).landmarkMs() - timeMs) / HALF_LIFE_MS);

        assertThat(items).hasSize(timesByItem.size());
        for (int rank = 0; rank < items.size(); rank++) {
            double expected = decayed(timesByItem.getOrDefault(items.get(rank).itemId(), List.of()), timeMs);
            double weight = items.get(rank).weight();
            assertThat(weight * decay).isBetween(expected * 0.9999 - 1e-30, expected * 1.0001 + 1e-30);
            assertThat(rank == 0 || items.get(rank - 1).weight() >= weight).isTrue();
        }
        double all = 0;
        for (List<Long> times : timesByItem.values()) {
            all += decayed(times, timeMs);
        }
        assertThat(popularity.snapshot(timeMs).totalWeight() * decay).isBetween(all * 0.9999, all * 1.0001);
    }

    private static double decayed(List<Long> times, long nowMs) {
        return times.stream()
                .mapToDouble(time -> Math.pow(2, -(nowMs - time) / HALF_LIFE_MS))
                .sum();
    }
}
