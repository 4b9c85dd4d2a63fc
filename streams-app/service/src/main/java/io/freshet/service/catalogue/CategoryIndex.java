package io.freshet.service.catalogue;

import io.freshet.client.item.CatalogueItem;
import io.freshet.model.random.CounterRandom;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The available items of the catalogue by category. The items of a category are on a circle, at the hashes of their ids, so
 * their order depends only on which items there are.
 *
 * <p>One thread writes, any number read. An item takes an entry for each of its categories.
 */
public final class CategoryIndex {
    private final Map<String, Category> categories = new ConcurrentHashMap<>();
    private volatile int entries;

    private static final class Category {
        final NavigableMap<Long, String> items = new ConcurrentSkipListMap<>(); // hash of the id → id
        volatile int size;
    }

    /** Replaces an item's entry of the catalogue; null for an item that is not in the catalogue. */
    void replace(String itemId, @Nullable CatalogueItem before, @Nullable CatalogueItem after) {
        long hash = CounterRandom.hash(itemId);
        List<String> from = categoriesOf(before);
        List<String> to = categoriesOf(after);
        from.stream().filter(category -> !to.contains(category)).forEach(category -> remove(category, hash, itemId));
        to.stream().filter(category -> !from.contains(category)).forEach(category -> add(category, hash, itemId));
    }

    private static List<String> categoriesOf(@Nullable CatalogueItem item) {
        return item == null || !item.available() ? List.of() : item.categories();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    private void add(String name, long hash, String itemId) {
        Category category = categories.computeIfAbsent(name, _ -> new Category());
        if (category.items.putIfAbsent(hash, itemId) == null) {
            category.size++;
            entries++;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    private void remove(String name, long hash, String itemId) {
        Category category = categories.get(name);
        if (category != null && category.items.remove(hash, itemId)) {
            category.size--;
            entries--;
            if (category.size == 0) {
                categories.remove(name);
            }
        }
    }

    /**
     * Returns how much it says about an item that it is in a category: the logarithm of 1 + the number of all entries by that
     * of the category, or 0 for a category without items.
     */
    public double rarity(String category) {
        Category found = categories.get(category);
        return found == null ? 0 : Math.log1p((double) entries / Math.max(1, found.size));
    }

    /**
     * Returns the first item that meets a condition, from a point of the category's circle on.
     *
     * @param most number of items after which the search ends
     * @return the item's id, or null if none of these items meets the condition
     */
    public @Nullable String first(String category, long start, int most, Predicate<String> condition) {
        return from(category, start).limit(most).filter(condition).findFirst().orElse(null);
    }

    /** Returns all items from a point of the category's circle on, once around; none for a category without items. */
    public Stream<String> from(String category, long start) {
        Category found = categories.get(category);
        return found == null
                ? Stream.empty()
                : Stream.concat(
                        found.items.tailMap(start, true).values().stream(),
                        found.items.headMap(start, false).values().stream());
    }
}
