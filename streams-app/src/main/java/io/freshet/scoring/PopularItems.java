package io.freshet.scoring;

import java.util.List;

/**
 * The most popular items among the clicks of a partition, as of a moment: what {@link Popularity} knows, and begins with
 * after a restart.
 *
 * @param landmarkMs the time at which a click weighs 1
 * @param nowMs the partition's {@link io.freshet.sequence.EventClock}, 0 while it knows no time
 * @param totalWeight of all clicks, on whatever item, in clicks at the landmark
 * @param items most popular first
 */
record PopularItems(long landmarkMs, long nowMs, double totalWeight, List<Item> items) {
    PopularItems {
        items = List.copyOf(items);
    }

    /** @param weight of all its clicks, in clicks at the landmark */
    record Item(String itemId, double weight) {}
}
