package io.freshet.store.modellog;

import java.util.List;

/**
 * The items that were removed from the vocabulary at the end of a step, after everything else in that step.
 *
 * @param step step of the eviction, one of the delta's steps
 * @param rows rows that became free, ascending
 */
public record Eviction(long step, List<Integer> rows) {
    public Eviction {
        rows = List.copyOf(rows);
        int before = -1;
        for (int row : rows) {
            if (row <= before) {
                throw new IllegalArgumentException("rows must ascend from 0 on: row=" + row + ", before=" + before);
            }
            before = row;
        }
    }
}
