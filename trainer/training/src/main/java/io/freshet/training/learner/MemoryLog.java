package io.freshet.training.learner;

import io.freshet.model.cooccurrence.CooccurrenceModel;
import io.freshet.store.modellog.MemoryDelta;
import java.util.Arrays;

/** Log of the clicks that a memory has observed, and of the erasures among them, since a step, grouped by step. Not thread-safe. */
final class MemoryLog {
    private long fromStep;
    private int[] clicksOfStep = new int[16]; // (steps in the log)
    private int[] historyLengths = new int[256]; // (clicks): as in a delta, negative for an erasure
    private int[] rows = new int[1024]; // (size): history and item of each click, or the erased clicks
    private int clicks;
    private int size;

    /** Clears the log, which from now on covers the steps after {@code step}. */
    void restartFrom(long step) {
        fromStep = step;
        Arrays.fill(clicksOfStep, 0);
        clicks = 0;
        size = 0;
    }

    /** Returns the number of rows in the log: those of the clicks and of their histories. */
    int size() {
        return size;
    }

    /** Records that the memory observed {@code item} after {@code history[from, to)} in a step. */
    void add(long step, int[] history, int from, int to, int item) {
        begin(step, to - from, to - from + 1);
        System.arraycopy(history, from, rows, size, to - from);
        rows[size + to - from] = item;
        size += to - from + 1;
    }

    /** Records that the memory erased a session with these clicks in a step. */
    void addErasure(long step, int[] own) {
        begin(step, -own.length, own.length);
        System.arraycopy(own, 0, rows, size, own.length);
        size += own.length;
    }

    private void begin(long step, int historyLength, int rowCount) {
        int index = (int) (step - fromStep) - 1;
        reserve(index, rowCount);
        clicksOfStep[index]++;
        historyLengths[clicks++] = historyLength;
    }

    /** Returns the whole log up to the end of a step, and the state of the memory's mixture. */
    MemoryDelta take(long toStep, CooccurrenceModel memory) {
        return new MemoryDelta(
                Arrays.copyOf(clicksOfStep, Math.toIntExact(toStep - fromStep)),
                Arrays.copyOf(historyLengths, clicks),
                Arrays.copyOf(rows, size),
                memory.mixture());
    }

    private void reserve(int index, int rowCount) {
        if (index >= clicksOfStep.length) {
            clicksOfStep = Arrays.copyOf(clicksOfStep, Math.max(index + 1, 2 * clicksOfStep.length));
        }
        if (clicks == historyLengths.length) {
            historyLengths = Arrays.copyOf(historyLengths, 2 * clicks);
        }
        if (size + rowCount > rows.length) {
            rows = Arrays.copyOf(rows, Math.max(size + rowCount, 2 * rows.length));
        }
    }
}
