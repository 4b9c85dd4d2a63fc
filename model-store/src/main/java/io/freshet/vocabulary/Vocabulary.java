package io.freshet.vocabulary;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which item stands in which row of the model. An item keeps its row until it is removed; a new one gets the lowest row
 * that is free, so that what is free is all that rows to come depend on, or else the next row at the end.
 *
 * <p>One thread writes. A reader beside it must get what it sees by safe publication, such as a lock or a copy.
 */
public final class Vocabulary {
    /** What {@link #rowOf} answers for an item without a row. */
    public static final int NOT_FOUND = -1;

    private final RowsByItem rows = new RowsByItem();
    private final List<@Nullable String> items = new ArrayList<>(); // by row, null where it is free
    private final BitSet free = new BitSet();
    private int lowestFree; // no row below it is free

    /** The item's row, or {@link #NOT_FOUND}. */
    public int rowOf(String itemId) {
        Integer row = rows.get(itemId);
        return row == null ? NOT_FOUND : row;
    }

    /** The item's row, which is the one that a new item gets where it had none. */
    public int addIfAbsent(String itemId) {
        int known = rowOf(itemId);
        if (known != NOT_FOUND) {
            return known;
        }
        int found = free.nextSetBit(lowestFree);
        int row = found >= 0 ? found : items.size();
        put(row, itemId);
        lowestFree = row + 1;
        return row;
    }

    /**
     * Puts a new item into a row that is free or at the end; rows between the end and there become free.
     *
     * @throws IllegalArgumentException if the row is taken, or the item has another
     */
    public void put(int row, String itemId) {
        if (isTaken(row) || rows.putIfAbsent(itemId, row) != null) {
            throw new IllegalArgumentException("a row must be free and its item new: row=" + row + ", there="
                    + (isTaken(row) ? itemAt(row) : "nothing") + ", item=" + itemId + ", its row=" + rowOf(itemId));
        }
        growTo(row + 1);
        items.set(row, itemId);
        free.clear(row);
    }

    /** Makes it at least {@code size} rows long; what is added is free. */
    public void growTo(int size) {
        while (items.size() < size) {
            free.set(items.size());
            lowestFree = Math.min(lowestFree, items.size());
            items.add(null);
        }
    }

    /**
     * Takes the item in a row out, which frees the row.
     *
     * @throws IllegalArgumentException if there is none
     */
    public void remove(int row) {
        rows.remove(itemAt(row));
        items.set(row, null);
        free.set(row);
        lowestFree = Math.min(lowestFree, row);
    }

    /** Whether an item is in the row. */
    public boolean isTaken(int row) {
        return row < items.size() && items.get(row) != null;
    }

    /**
     * The item in a row.
     *
     * @throws IllegalArgumentException for a row without one
     */
    public String itemAt(int row) {
        String item = row >= 0 && row < items.size() ? items.get(row) : null;
        if (item == null) {
            throw new IllegalArgumentException("a row must have an item: row=" + row + ", size=" + items.size());
        }
        return item;
    }

    /** Rows, free ones among them. */
    public int size() {
        return items.size();
    }

    /** How many rows have an item. */
    public int itemCount() {
        return rows.size();
    }

    /** A copy of the items in order of their rows. */
    public List<String> items() {
        return items.stream().filter(Objects::nonNull).toList();
    }
}
