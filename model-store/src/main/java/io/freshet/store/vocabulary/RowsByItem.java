package io.freshet.store.vocabulary;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A hash map from item to row, in {@value #SHARDS} shards that grow independently. When a shard grows, it moves a
 * {@value #SHARDS}th of the items. A single map of a million items would move all of them at once and stall its callers.
 */
final class RowsByItem {
    static final int SHARDS = 256;

    private static final int MULTIPLIER = 0x9E3779B9; // 2^32 over the golden ratio (Knuth, TAOCP 3, 6.4)

    // JDK hash maps rather than a leaner custom one: item ids come from outside, and the JDK's maps stay fast when ids
    // are made to collide.
    private final List<Map<String, Integer>> shards =
            Stream.<Map<String, Integer>>generate(HashMap::new).limit(SHARDS).toList();
    private int size;

    @Nullable
    Integer get(String itemId) {
        return shardOf(itemId).get(itemId);
    }

    /** Adds an item. If it exists already, keeps its row and returns it. */
    @Nullable
    Integer putIfAbsent(String itemId, int row) {
        Integer known = shardOf(itemId).putIfAbsent(itemId, row);
        size += known == null ? 1 : 0;
        return known;
    }

    void remove(String itemId) {
        size -= shardOf(itemId).remove(itemId) == null ? 0 : 1;
    }

    int size() {
        return size;
    }

    private Map<String, Integer> shardOf(String itemId) {
        return shards.get(shard(itemId));
    }

    /**
     * Returns the shard of an item. Uses the upper bits of a product, because the maps use the lower bits of the hash
     * code.
     */
    static int shard(String itemId) {
        return (itemId.hashCode() * MULTIPLIER) >>> (Integer.SIZE - Integer.numberOfTrailingZeros(SHARDS));
    }
}
