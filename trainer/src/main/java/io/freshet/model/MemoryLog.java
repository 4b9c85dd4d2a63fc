package io.freshet.model;

import io.freshet.delta.MemoryDelta;
import io.freshet.memory.ClickMemory;
import java.util.Arrays;

/** What a memory has observed since a step, step by step. Not thread-safe. */
final class MemoryLog {
    private long fromStep;
    private int[] clicksOfStep = new int[16]; // (steps since)
    private int[] historyLengths = new int[256]; // (clicks since)
    private int[] rows = new int[1024]; // (rows of clicks since)
    private int clicks;
    private int size;

    /** Forgets what was before the end of a step. */
    void restartFrom(long step) {
        fromStep = step;
        Arrays.fill(clicksOfStep, 0);
        clicks = 0;
        size = 0;
    }

    /** Rows of all clicks since. */
    int size() {
        return size;
    }

    /** Takes in that the memory observed {@code item} after {@code history[from, to)} in a step. */
    void add(long step, int[] history, int from, int to, int item) {
        int length = to - from;
        int index = (int) (step - fromStep) - 1;
        reserve(index, length);
        clicksOfStep[index]++;
        historyLengths[clicks++] = length;
        System.arraycopy(history, from, rows, size, length);
        rows[size + length] = item;
        size += length + 1;
    }

    /** All of it, up to the end of a step. */
    MemoryDelta take(long toStep, ClickMemory memory) {
        return new MemoryDelta(
                Arrays.copyOf(clicksOfStep, Math.toIntExact(toStep - fromStep)),
                Arrays.copyOf(historyLengths, clicks),
                Arrays.copyOf(rows, size),
                memory.mixture());
    }

    private void reserve(int index, int length) {
        if (index >= clicksOfStep.length) {
            clicksOfStep = Arrays.copyOf(clicksOfStep, Math.max(index + 1, 2 * clicksOfStep.length));
        }
        if (clicks == historyLengths.length) {
            historyLengths = Arrays.copyOf(historyLengths, 2 * clicks);
        }
        if (size + length + 1 > rows.length) {
            rows = Arrays.copyOf(rows, Math.max(size + length + 1, 2 * rows.length));
        }
    }
}
