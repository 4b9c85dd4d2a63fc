package io.freshet.vocabulary;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which item stands in which row of the model: rows are dense from 0 in order of arrival and never change.
 *
 * <p>One thread writes. A reader beside it must get what it sees by safe publication, such as a lock or a copy.
 */
public final class Vocabulary {
    /** What {@link #rowOf} answers for an item without a row. */
    public static final int NOT_FOUND = -1;

    // A hash map of the library, not a leaner one of our own: item ids come from outside, and it stays fast when
    // somebody makes them collide.
    private final Map<String, Integer> rows = new HashMap<>();
    private final List<String> items = new ArrayList<>();

    /** The item's row, or {@link #NOT_FOUND}. */
    public int rowOf(String itemId) {
        Integer row = rows.get(itemId);
        return row == null ? NOT_FOUND : row;
    }

    /** The item's row, which is a new one at the end where it had none. */
    public int addIfAbsent(String itemId) {
        int next = items.size();
        Integer row = rows.putIfAbsent(itemId, next);
        if (row != null) {
            return row;
        }
        items.add(itemId);
        return next;
    }

    /**
     * The item in a row.
     *
     * @throws IndexOutOfBoundsException for a row that is not in [0, size)
     */
    public String itemAt(int row) {
        return items.get(row);
    }

    /** A copy of the items in rows [from, to), in order of rows. */
    public List<String> items(int from, int to) {
        return List.copyOf(items.subList(from, to));
    }

    public int size() {
        return items.size();
    }
}
