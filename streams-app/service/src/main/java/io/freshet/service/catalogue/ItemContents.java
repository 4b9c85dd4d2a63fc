package io.freshet.service.catalogue;

import io.freshet.client.item.CatalogueItem;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The contents of the items of the catalogue that have a title or an embedding. The embeddings of one length, the most
 * frequent one, are used. All others are left out.
 *
 * <p>One thread writes, any number read. An item takes about 200 bytes, and 4 bytes for each number of its embedding, up to
 * 512.
 */
public final class ItemContents {
    private final Map<String, ItemFeatures> byItem = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> embeddings = new ConcurrentHashMap<>(); // length → number of items
    private volatile long changes;

    /** Sets the contents of an item to those of its entry of the catalogue; null for an item that is not in it. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    void put(String itemId, @Nullable CatalogueItem item) {
        ItemFeatures after = item != null && item.hasContents() ? ItemFeatures.of(item) : null;
        ItemFeatures before = after == null ? byItem.remove(itemId) : byItem.put(itemId, after);
        count(before, -1);
        count(after, 1);
        if (before != null || after != null) {
            changes++;
        }
    }

    private void count(@Nullable ItemFeatures item, int by) {
        if (item != null && item.embeddingLength() > 0) {
            embeddings.merge(item.embeddingLength(), by, (all, more) -> all + more == 0 ? null : all + more);
        }
    }

    /** Returns an item's contents, or null if it has neither a title nor an embedding. */
    @Nullable
    ItemFeatures of(String itemId) {
        return byItem.get(itemId);
    }

    /** Returns whether no item has a title or an embedding. */
    public boolean isEmpty() {
        return byItem.isEmpty();
    }

    /** Returns a number that changes with the contents of any item. */
    public long changes() {
        return changes;
    }

    /** Returns the most frequent length of an embedding, of equally frequent ones the smallest; 0 without embeddings. */
    int embeddingLength() {
        return embeddings.entrySet().stream()
                .max(Map.Entry.<Integer, Integer>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
                .map(Map.Entry::getKey)
                .orElse(0);
    }

    /** Returns the number of embeddings that have another length than the most frequent one, and are left out. */
    public int ignoredEmbeddings() {
        int used = embeddings.getOrDefault(embeddingLength(), 0);
        return embeddings.values().stream().mapToInt(Integer::intValue).sum() - used;
    }
}
