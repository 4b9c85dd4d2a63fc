package io.freshet.store.vocabulary;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The mapping between items and rows of the model. An item keeps its row until it is removed. A new item gets the lowest
 * free row, or the next row at the end if none is free. So future rows depend only on which rows are free.
 *
 * <p>Only one thread may write. Concurrent readers need safe publication, such as a lock or a copy.
 */
public final class Vocabulary {
    /** Result of {@link #rowOf} for an item without a row. */
    public static final int NOT_FOUND = -1;

    private final RowsByItem rows = new RowsByItem();
    private final List<@Nullable String> items = new ArrayList<>(); // by row, null if the row is free
    private final BitSet free = new BitSet();
    private int lowestFree; // no row below it is free

    /** Returns the item's row, or {@link #NOT_FOUND}. */
    public int rowOf(String itemId) {
        Integer row = rows.get(itemId);
        return row == null ? NOT_FOUND : row;
    }

    /** Returns the item's row, after adding the item if it has none. */
    public int addIfAbsent(String itemId) {
        int known = rowOf(itemId);
        if (known != NOT_FOUND) {
            return known;
        }
        int row = nextRow();
        put(row, itemId);
        lowestFree = row + 1;
        return row;
    }

    /** Returns the row that the next new item gets. */
    public int nextRow() {
        int found = free.nextSetBit(lowestFree);
        return found >= 0 ? found : items.size();
    }

    /**
     * Puts a new item into a row that is free or beyond the end. Rows between the old end and that row become free.
     *
     * @throws IllegalArgumentException if the row is taken, or the item has another row
     */
    public void put(int row, String itemId) {
        if (isTaken(row) || rows.putIfAbsent(itemId, row) != null) {
            throw new IllegalArgumentException("a new item must have a free row and no other row: row=" + row
                    + ", there=" + (isTaken(row) ? itemAt(row) : "nothing") + ", item=" + itemId
                    + ", its row=" + rowOf(itemId));
        }
        growTo(row + 1);
        items.set(row, itemId);
        free.clear(row);
    }

    /** Extends the vocabulary to at least {@code size} rows. Added rows are free. */
    public void growTo(int size) {
        while (items.size() < size) {
            free.set(items.size());
            lowestFree = Math.min(lowestFree, items.size());
            items.add(null);
        }
    }

    /**
     * Removes the item of a row and frees the row.
     *
     * @throws IllegalArgumentException if the row has no item
     */
    public void remove(int row) {
        rows.remove(itemAt(row));
        items.set(row, null);
        free.set(row);
        lowestFree = Math.min(lowestFree, row);
    }

    /** Returns whether the row has an item. */
    public boolean isTaken(int row) {
        return row < items.size() && items.get(row) != null;
    }

    /**
     * Returns the item of a row.
     *
     * @throws IllegalArgumentException if the row has no item
     */
    public String itemAt(int row) {
        String item = row >= 0 && row < items.size() ? items.get(row) : null;
        if (item == null) {
            throw new IllegalArgumentException("a row must have an item: row=" + row + ", size=" + items.size());
        }
        return item;
    }

    /** Returns the number of rows, including free ones. */
    public int size() {
        return items.size();
    }

    /** Returns the number of rows that have an item. */
    public int itemCount() {
        return rows.size();
    }

    /** Returns a copy of the items by row, null for a free row. */
    public @Nullable String[] itemsByRow() {
        return items.toArray(new String[0]);
    }

    /** Returns a copy of the items in order of their rows. */
    public List<String> items() {
        return items.stream().filter(Objects::nonNull).toList();
    }
}
