package io.freshet.service.popularity;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Ranks items by their clicks. The weight of a click halves with every half-life that has passed since it.
 *
 * <p>A click at time t adds 2^((t - L) / half-life) to its item, where L is a landmark. So no weight changes as time
 * passes, and the order changes only for a clicked item. Before the exponent grows too large, L moves and all weights are
 * divided. (Cormode, Shkapenyuk, Srivastava, Xu, "Forward Decay", ICDE 2009, equation 2 with exponential decay.)
 *
 * <p>The most popular items are kept in order at all times. A capacity bounds the memory: when it is exceeded, the less
 * popular half is forgotten. Not thread-safe.
 */
public final class Popularity {
    /** The landmark moves when the exponent of two exceeds this value; weights stay far from the limits of a double. */
    private static final double MAX_EXPONENT = 200;

    private static final int NOT_RANKED = -1;
    private static final long NO_LANDMARK = Long.MIN_VALUE;

    private final double halfLifeMs;
    private final int capacity;
    private final Ranked[] top; // (topCount) by descending weight
    private int topCount;
    private final Map<String, Ranked> byItem = new HashMap<>();
    private double totalWeight; // of all clicks, including those on forgotten items
    private long landmarkMs = NO_LANDMARK;

    /**
     * @param capacity maximum number of items with a weight
     * @param topSize maximum number of items kept in order; at most half the capacity
     */
    public Popularity(double halfLifeMs, int capacity, int topSize) {
        if (capacity < 2 * topSize) {
            throw new IllegalArgumentException(
                    "capacity must be at least twice topSize: capacity=" + capacity + ", topSize=" + topSize);
        }
        this.halfLifeMs = halfLifeMs;
        this.capacity = capacity;
        top = new Ranked[topSize];
    }

    /** An item with its weight and its rank among the top items. */
    private static final class Ranked {
        private final String itemId;
        private double weight;
        private int rank = NOT_RANKED;

        Ranked(String itemId) {
            this.itemId = itemId;
        }
    }

    /**
     * Counts a click.
     *
     * @param nowMs the current time by the clicks' clock. A click with a later time counts at this time. If this time
     *     is earlier than the landmark, the landmark moves back to it, and clicks that were counted at the landmark
     *     count at this time
     */
    public void add(String itemId, long clickMs, long nowMs) {
        long timeMs = Math.min(clickMs, nowMs);
        if (landmarkMs == NO_LANDMARK) {
            landmarkMs = timeMs;
        }
        landmarkMs = Math.min(landmarkMs, nowMs);
        if (exponentOf(timeMs) > MAX_EXPONENT) {
            moveLandmark(timeMs);
        }
        double weight = Math.pow(2, exponentOf(timeMs));
        totalWeight += weight;
        addWeight(itemId, weight);
        if (byItem.size() > capacity) {
            forgetLessPopularHalf();
        }
    }

    /**
     * Returns the current top items.
     *
     * @param nowMs {@link PopularItems#nowMs}
     */
    public PopularItems snapshot(long nowMs) {
        List<PopularItems.Item> items = new ArrayList<>(topCount);
        for (int i = 0; i < topCount; i++) {
            items.add(new PopularItems.Item(top[i].itemId, top[i].weight));
        }
        return new PopularItems(landmarkMs, nowMs, totalWeight, items);
    }

    /** Restores the state of an earlier instance. This object must be new. */
    void restore(PopularItems kept) {
        landmarkMs = kept.landmarkMs();
        totalWeight = kept.totalWeight();
        kept.items().forEach(item -> addWeight(item.itemId(), item.weight()));
    }

    private double exponentOf(long clickMs) {
        return (clickMs - landmarkMs) / halfLifeMs;
    }

    private void moveLandmark(long clickMs) {
        double factor = Math.pow(2, -exponentOf(clickMs));
        byItem.values().forEach(ranked -> ranked.weight *= factor);
        totalWeight *= factor;
        landmarkMs = clickMs;
    }

    private void addWeight(String itemId, double weight) {
        Ranked ranked = byItem.computeIfAbsent(itemId, Ranked::new);
        ranked.weight += weight;
        if (ranked.rank == NOT_RANKED && !enterTop(ranked)) {
            return;
        }
        rise(ranked);
    }

    private boolean enterTop(Ranked ranked) {
        if (topCount < top.length) {
            place(ranked, topCount++);
            return true;
        }
        Ranked last = top[topCount - 1];
        if (ranked.weight <= last.weight) {
            return false;
        }
        last.rank = NOT_RANKED;
        place(ranked, topCount - 1);
        return true;
    }

    private void rise(Ranked ranked) {
        int rank = ranked.rank;
        while (rank > 0 && top[rank - 1].weight < ranked.weight) {
            place(top[rank - 1], rank);
            rank--;
        }
        place(ranked, rank);
    }

    private void place(Ranked ranked, int rank) {
        top[rank] = ranked;
        ranked.rank = rank;
    }

    private void forgetLessPopularHalf() {
        List<Ranked> byWeight = new ArrayList<>(byItem.values());
        byWeight.sort(Comparator.<Ranked>comparingInt(ranked -> ranked.rank == NOT_RANKED ? 1 : 0)
                .thenComparing(Comparator.comparingDouble((Ranked ranked) -> ranked.weight)
                        .reversed()));
        byWeight.subList(capacity / 2, byWeight.size()).forEach(ranked -> byItem.remove(ranked.itemId));
    }
}
