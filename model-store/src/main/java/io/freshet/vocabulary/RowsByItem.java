package io.freshet.vocabulary;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which row each item has: a hash map in shards, each of which grows by itself and moves a {@value #SHARDS}th of the items
 * when it does. A single map of a million would move all of them at once, and everything would wait for it.
 */
final class RowsByItem {
    static final int SHARDS = 256;

    private static final int MULTIPLIER = 0x9E3779B9; // 2^32 over the golden ratio (Knuth, TAOCP 3, 6.4)

    // Hash maps of the library, not a leaner one of our own: item ids come from outside, and they stay fast when
    // somebody makes them collide.
    private final List<Map<String, Integer>> shards =
            Stream.<Map<String, Integer>>generate(HashMap::new).limit(SHARDS).toList();
    private int size;

    @Nullable
    Integer get(String itemId) {
        return shardOf(itemId).get(itemId);
    }

    /** Adds an item; tells the row of one that is there already, which keeps it. */
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

    /** By the upper bits of a product, as the maps themselves go by the lower ones of the hash code. */
    static int shard(String itemId) {
        return (itemId.hashCode() * MULTIPLIER) >>> (Integer.SIZE - Integer.numberOfTrailingZeros(SHARDS));
    }
}
