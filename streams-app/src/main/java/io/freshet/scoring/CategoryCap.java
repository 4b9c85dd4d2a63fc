package io.freshet.scoring;

import java.util.HashMap;
import java.util.Map;

/** Counts the items of an answer by category. An item comes in if none of its categories is full. Not thread-safe. */
final class CategoryCap {
    private final int max;
    private final Map<String, Integer> taken = new HashMap<>();

    /** @param max items of one category; 0 for any number */
    CategoryCap(int max) {
        this.max = max;
    }

    boolean isOn() {
        return max > 0;
    }

    /** Whether one of its categories is full. */
    boolean isFull(CatalogueItem item) {
        if (!taken.isEmpty()) {
            for (String category : item.categories()) {
                if (taken.getOrDefault(category, 0) >= max) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Counts an item if it may come in; whether it does. */
    boolean take(CatalogueItem item) {
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
