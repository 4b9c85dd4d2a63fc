package io.freshet.offline;

/** Is told how a fit comes along, on the thread that it runs on. */
public interface FitListener {
    /** Does nothing. */
    FitListener SILENT = new Silent();

    /** A listener that does nothing. */
    final class Silent implements FitListener {
        private Silent() {}
    }

    /**
     * A batch has been learned.
     *
     * @param epoch from 1
     * @param batches learned of this epoch so far
     * @param ofBatches batches of an epoch
     * @param loss mean over the targets of the epoch so far
     */
    default void learned(int epoch, int batches, int ofBatches, double loss) {}

    /**
     * An epoch has been validated.
     *
     * @param best whether it is the best so far, and kept
     */
    default void validated(FitResult.CurvePoint point, boolean best) {}
}
