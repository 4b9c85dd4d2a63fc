package io.freshet.training.online;

import io.freshet.store.modellog.ModelDelta;
import io.freshet.training.learner.ModelChanges;
import java.util.List;

/**
 * Keeps deltas within a number of bytes per second. Rows and dense parameters get half of it each; what the dense
 * parameters do not need goes to the rows. Not thread-safe.
 */
public final class DeltaBudget {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int BFLOAT_BYTES = 2;
    private static final int ROW_NUMBER_BYTES = 2;

    private final double bytesPerNano; // 0: no limit
    private final int rowBytes;
    private final double denseBytes;
    private double forRows; // bytes
    private double forDense;
    private long filledAt; // ns

    /**
     * @param bytesPerSecond bytes of rows and dense parameters per second; 0 for no limit, and float32
     * @param dim values of a row
     * @param denseSize number of dense parameters
     */
    public DeltaBudget(long bytesPerSecond, int dim, int denseSize) {
        this.bytesPerNano = bytesPerSecond / NANOS_PER_SECOND;
        this.rowBytes = ROW_NUMBER_BYTES + BFLOAT_BYTES * dim;
        this.denseBytes = (double) BFLOAT_BYTES * denseSize;
    }

    /** Begins at this time with enough for the dense parameters. */
    public void begin(long nanos) {
        filledAt = nanos;
        forRows = 0;
        forDense = denseBytes;
    }

    /** Returns what a delta at this time may contain. */
    public ModelChanges.Selection at(long nanos) {
        if (bytesPerNano == 0) {
            return ModelChanges.Selection.ALL;
        }
        double income = bytesPerNano * (nanos - filledAt);
        filledAt = nanos;
        double toDense = Math.min(income / 2, 2 * denseBytes - forDense);
        forDense += toDense;
        forRows = Math.min(forRows + income - toDense, Math.max(rowBytes, bytesPerNano * NANOS_PER_SECOND));
        return new ModelChanges.Selection((int) Math.max(0, forRows / rowBytes), forDense >= denseBytes, true);
    }

    /** Returns whether deltas may leave out changes. */
    public boolean isLimited() {
        return bytesPerNano > 0;
    }

    /** Subtracts what a delta contains. Many new items hold back other rows for a second at most. */
    public void spend(List<ModelDelta> delta) {
        for (ModelDelta part : delta) {
            forRows -= (double) rowBytes * part.rows().length;
            forDense -= BFLOAT_BYTES * part.dense().length;
        }
        forRows = Math.max(forRows, -bytesPerNano * NANOS_PER_SECOND);
    }
}
