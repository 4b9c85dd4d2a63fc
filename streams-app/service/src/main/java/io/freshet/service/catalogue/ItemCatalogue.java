package io.freshet.service.catalogue;

import io.freshet.client.item.CatalogueItem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue: categories and availability by item id. Without a catalogue, every item may be recommended.
 *
 * <p>One thread writes, any number read. Equal entries are mostly shared, so that an item takes its id, a hash map entry
 * and a reference.
 */
public final class ItemCatalogue {
    private static final int SHARED_ENTRIES = 10_000;

    /** The entry of an item that is not in the catalogue. */
    private static final CatalogueItem ABSENT = new CatalogueItem(List.of(), false);

    /** The entry of every item if there is no catalogue. */
    private static final CatalogueItem UNLISTED = new CatalogueItem(List.of(), true);

    private final boolean used;
    private final @Nullable CategoryIndex index;
    private final @Nullable ItemContents contents;
    private final Map<String, CatalogueItem> items = new ConcurrentHashMap<>();
    private final Map<CatalogueItem, CatalogueItem> shared = new LatestEntries(); // used by the writing thread only

    /** The most recently added distinct entries, which later equal ones share. */
    private static final class LatestEntries extends LinkedHashMap<CatalogueItem, CatalogueItem> {
        @Override
        protected boolean removeEldestEntry(Map.Entry<CatalogueItem, CatalogueItem> eldest) {
            return size() > SHARED_ENTRIES;
        }
    }

    /**
     * Creates an empty catalogue.
     *
     * @param used whether there is a catalogue
     */
    public ItemCatalogue(boolean used) {
        this(used, null, null);
    }

    /**
     * @param index index to keep up to date; null for none
     * @param contents receives the contents of the items; null to drop them
     */
    public ItemCatalogue(boolean used, @Nullable CategoryIndex index, @Nullable ItemContents contents) {
        this.used = used;
        this.index = index;
        this.contents = contents;
    }

    /** Returns whether there is a catalogue. */
    public boolean isUsed() {
        return used;
    }

    /** Returns the entry of an item, without its title and its embedding. */
    public CatalogueItem of(String itemId) {
        return used ? items.getOrDefault(itemId, ABSENT) : UNLISTED;
    }

    /** Sets the entry of an item; null removes it. */
    public void put(String itemId, @Nullable CatalogueItem item) {
        @Nullable CatalogueItem before;
        if (item == null) {
            before = items.remove(itemId);
        } else {
            CatalogueItem entry = item.withoutContents();
            CatalogueItem same = shared.putIfAbsent(entry, entry);
            before = items.put(itemId, same == null ? entry : same);
        }
        if (contents != null) {
            contents.put(itemId, item);
        }
        if (index != null) {
            index.replace(itemId, before, item);
        }
    }

    public int size() {
        return items.size();
    }
}
