package io.freshet.scoring;

import java.util.List;

/**
 * The most popular items of a moment, as {@link Popularity} keeps them over a restart.
 *
 * @param landmarkMs the time at which a click weighs 1
 * @param newestMs the newest click's time
 * @param items most popular first
 */
record PopularItems(long landmarkMs, long newestMs, List<Item> items) {
    PopularItems {
        items = List.copyOf(items);
    }

    /** @param weight of all its clicks, in clicks at the landmark */
    record Item(String itemId, double weight) {}
}
