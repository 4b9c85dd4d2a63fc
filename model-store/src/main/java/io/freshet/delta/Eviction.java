package io.freshet.delta;

import java.util.List;

/**
 * Items that were taken out of the vocabulary at the end of a step, after everything else that the step did.
 *
 * @param step the step, one of the delta's
 * @param rows the rows that became free, ascending
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
