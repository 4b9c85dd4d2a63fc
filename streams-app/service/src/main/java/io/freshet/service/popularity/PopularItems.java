package io.freshet.service.popularity;

import java.util.List;

/**
 * The most popular items among the clicks of a partition at one moment: the state of {@link Popularity}, from which it
 * continues after a restart.
 *
 * @param landmarkMs time at which a click weighs 1
 * @param nowMs time of the partition's {@link io.freshet.store.sequence.EventClock}, 0 while it knows no time
 * @param totalWeight weight of the clicks on all items, listed or not, in clicks at the landmark
 * @param items most popular first
 */
public record PopularItems(long landmarkMs, long nowMs, double totalWeight, List<Item> items) {
    public PopularItems {
        items = List.copyOf(items);
    }

    /**
     * An item and its weight.
     *
     * @param weight weight of all the item's clicks, in clicks at the landmark
     */
    public record Item(String itemId, double weight) {}
}
