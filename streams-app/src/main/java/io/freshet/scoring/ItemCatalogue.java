package io.freshet.scoring;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The items that may be recommended, with their categories, by item id; or no catalogue, where every item may.
 *
 * <p>One thread changes it, any number read. Equal entries are mostly one object, so that an item takes its id, a place in
 * a hash map and a reference.
 */
final class ItemCatalogue {
    private static final int SHARED_ENTRIES = 10_000;

    private final boolean used;
    private final Map<String, CatalogueItem> items = new ConcurrentHashMap<>();
    private final Map<CatalogueItem, CatalogueItem> shared = new LatestEntries(); // the changing thread's own

    /** Entries put last, to share them. */
    private static final class LatestEntries extends LinkedHashMap<CatalogueItem, CatalogueItem> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CatalogueItem, CatalogueItem> eldest) {
            return size() > SHARED_ENTRIES;
        }
    }

    /** An empty one. */
    ItemCatalogue(boolean used) {
        this.used = used;
    }

    /** Whether there is a catalogue at all. */
    boolean isUsed() {
        return used;
    }

    /** What is known of an item. */
    CatalogueItem of(String itemId) {
        return used ? items.getOrDefault(itemId, CatalogueItem.ABSENT) : CatalogueItem.UNLISTED;
    }

    /** Takes in what is said of an item; null takes it out. */
    void put(String itemId, @Nullable CatalogueItem item) {
        if (item == null) {
            items.remove(itemId);
        } else {
            CatalogueItem same = shared.putIfAbsent(item, item);
            items.put(itemId, same == null ? item : same);
        }
    }

    int size() {
        return items.size();
    }
}
