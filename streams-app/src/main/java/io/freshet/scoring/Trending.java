package io.freshet.scoring;

import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The popular items of all partitions in one list, the same on every instance that has read the same: each item with its
 * share of all clicks, where clicks count less as time passes.
 *
 * <p>One thread puts, any number read. The list is made when it is read and something has changed, but no more often than
 * in an interval: with many partitions there is always something that has.
 */
final class Trending {
    private static final Comparator<Recommendation.Item> BEST_FIRST = Comparator.comparingDouble(
                    (Recommendation.Item item) -> -item.score())
            .thenComparing(Recommendation.Item::itemId);

    private final double halfLifeMs;
    private final long intervalMs;
    private final Clock clock;
    private volatile Known known = new Known(0, Map.of());
    private volatile Merged merged = new Merged(0, List.of(), Long.MIN_VALUE);

    /** What is popular in each partition, after so many changes. */
    private record Known(long changes, Map<Integer, PopularItems> byPartition) {}

    /** The list made after so many changes, to be used until a time at least. */
    private record Merged(long changes, List<Recommendation.Item> items, long untilMs) {}

    /** @param interval the least time between two lists */
    Trending(Duration halfLife, Duration interval, Clock clock) {
        this.halfLifeMs = halfLife.toMillis();
        this.intervalMs = interval.toMillis();
        this.clock = clock;
    }

    /** Takes in what is popular in a partition now; null for nothing. */
    void put(int partition, @Nullable PopularItems items) {
        Map<Integer, PopularItems> next = new TreeMap<>(known.byPartition());
        if (items == null) {
            next.remove(partition);
        } else {
            next.put(partition, items);
        }
        known = new Known(known.changes() + 1, next);
    }

    /** What is popular in a partition; null where that is not known. */
    @Nullable
    PopularItems of(int partition) {
        return known.byPartition().get(partition);
    }

    /** The popular items, best first; of equal ones by their ids. */
    List<Recommendation.Item> items() {
        Merged last = merged;
        Known now = known;
        if (last.changes() == now.changes()) {
            return last.items();
        }
        long nowMs = clock.millis();
        if (nowMs < last.untilMs()) {
            return last.items();
        }
        Merged next = new Merged(now.changes(), merge(now.byPartition()), nowMs + intervalMs);
        merged = next;
        return next.items();
    }

    /** Brings all weights to the latest landmark, where they are small enough to be added up. */
    private List<Recommendation.Item> merge(Map<Integer, PopularItems> byPartition) {
        List<PopularItems> partitions = byPartition.values().stream()
                .filter(popular -> !popular.items().isEmpty()) // without a click there is no landmark
                .toList();
        long landmarkMs =
                partitions.stream().mapToLong(PopularItems::landmarkMs).max().orElse(0);
        Map<String, Double> weights = new HashMap<>();
        double total = 0;
        for (PopularItems popular : partitions) {
            double factor = Math.pow(2, (popular.landmarkMs() - landmarkMs) / halfLifeMs);
            total += popular.totalWeight() * factor;
            popular.items().forEach(item -> weights.merge(item.itemId(), item.weight() * factor, Double::sum));
        }
        double all = total;
        return weights.entrySet().stream()
                .map(item -> new Recommendation.Item(item.getKey(), (float) (item.getValue() / all), null))
                .sorted(BEST_FIRST)
                .toList();
    }
}
