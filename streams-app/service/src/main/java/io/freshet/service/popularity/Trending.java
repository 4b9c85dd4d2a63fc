package io.freshet.service.popularity;

import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The popular items of all partitions in one list, the same on every instance that has read the same records. Each item has
 * its share of the time-decayed clicks on all items.
 *
 * <p>One thread writes, any number read. The list is rebuilt when it is read after a change, but at most once per interval,
 * because with many partitions something has always changed.
 */
public final class Trending {
    private static final Comparator<Item> BEST_FIRST =
            Comparator.comparingDouble((Item item) -> -item.score()).thenComparing(Item::itemId);

    private final double halfLifeMs;
    private final long intervalMs;
    private final Clock clock;
    private volatile Known known = new Known(0, Map.of());
    private volatile Merged merged = new Merged(0, List.of(), Long.MIN_VALUE);

    /**
     * A popular item.
     *
     * @param score its share of the time-decayed clicks on all items
     */
    public record Item(String itemId, float score) {}

    /** The popular items of each partition, and the number of changes so far. */
    private record Known(long changes, Map<Integer, PopularItems> byPartition) {}

    /** The list built after this number of changes, which is used at least until a time. */
    private record Merged(long changes, List<Item> items, long untilMs) {}

    /** @param interval minimum time between two rebuilds of the list */
    public Trending(Duration halfLife, Duration interval, Clock clock) {
        this.halfLifeMs = halfLife.toMillis();
        this.intervalMs = interval.toMillis();
        this.clock = clock;
    }

    /** Sets the popular items of a partition; null for none. */
    public void put(int partition, @Nullable PopularItems items) {
        Map<Integer, PopularItems> next = new TreeMap<>(known.byPartition());
        if (items == null) {
            next.remove(partition);
        } else {
            next.put(partition, items);
        }
        known = new Known(known.changes() + 1, next);
    }

    /** Returns the popular items of a partition, or null if they are not known. */
    @Nullable
    PopularItems of(int partition) {
        return known.byPartition().get(partition);
    }

    /** Returns the popular items, best first; items of equal score in order of their ids. */
    public List<Item> items() {
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

    /** Merges the lists. Scales all weights to the latest landmark, where they are small enough to be summed. */
    private List<Item> merge(Map<Integer, PopularItems> byPartition) {
        List<PopularItems> partitions = byPartition.values().stream()
                .filter(popular -> !popular.items().isEmpty()) // there is no landmark before the first click
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
                .map(item -> new Item(item.getKey(), (float) (item.getValue() / all)))
                .sorted(BEST_FIRST)
                .toList();
    }
}
