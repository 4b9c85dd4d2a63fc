package io.freshet.service.catalogue;

import io.freshet.client.item.CatalogueItem;
import java.util.HashMap;
import java.util.Map;

/**
 * Limits the items of one category in an answer. An item is accepted if none of its categories is full. Not thread-safe.
 */
public final class CategoryCap {
    private final int max;
    private final Map<String, Integer> taken = new HashMap<>();

    /** @param max maximum number of items per category; 0 for no limit */
    public CategoryCap(int max) {
        this.max = max;
    }

    public boolean isOn() {
        return max > 0;
    }

    /** Returns whether one of the item's categories is full. */
    public boolean isFull(CatalogueItem item) {
        if (!taken.isEmpty()) {
            for (String category : item.categories()) {
                if (taken.getOrDefault(category, 0) >= max) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Counts an item if none of its categories is full. Returns whether the item was accepted. */
    public boolean take(CatalogueItem item) {
        if (!isOn()) {
            return true;
        }
        if (isFull(item)) {
            return false;
        }
        item.categories().forEach(category -> taken.merge(category, 1, Integer::sum));
        return true;
    }
}
