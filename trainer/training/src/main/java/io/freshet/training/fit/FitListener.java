package io.freshet.training.fit;

/** Receives the progress of a fit, on the thread that the fit runs on. */
public interface FitListener {
    /** A listener that does nothing. */
    FitListener SILENT = new Silent();

    /** A listener that does nothing. */
    final class Silent implements FitListener {
        private Silent() {}
    }

    /**
     * Called after a batch has been learned.
     *
     * @param epoch number of the epoch, from 1
     * @param batches number of batches of this epoch learned so far
     * @param ofBatches number of batches in an epoch
     * @param loss mean over the targets of the epoch so far
     */
    default void learned(int epoch, int batches, int ofBatches, double loss) {}

    /**
     * Called after an epoch has been validated.
     *
     * @param best whether the epoch is the best so far and is kept
     */
    default void validated(FitResult.CurvePoint point, boolean best) {}
}
