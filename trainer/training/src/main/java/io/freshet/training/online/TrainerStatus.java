package io.freshet.training.online;

import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.ModelMetrics;
import io.freshet.training.publish.Progress;

/**
 * State and metrics of a trainer between two steps. Immutable.
 *
 * @param phase what the trainer is doing
 * @param step number of steps learned
 * @param items number of items in the vocabulary
 * @param training cost of the training so far
 * @param accuracy prequential metrics
 * @param loss mean loss of the last optimiser step
 * @param lag number of input records that exist and have not been learned from
 * @param replayUsers number of users whose sequences are kept for replay
 * @param mismatches number of rerun steps and deltas that differ from the log; 0 if training is deterministic
 * @param message why the trainer stopped or restarts; empty if it runs or has stopped as asked
 */
public record TrainerStatus(
        Phase phase,
        long step,
        int items,
        Progress.Totals training,
        Prequential accuracy,
        double loss,
        long lag,
        int replayUsers,
        long mismatches,
        String message) {
    /**
     * Prequential metrics of a model.
     *
     * @param running metrics over all ranked targets so far
     * @param windowed metrics over the newest ranked targets
     * @param network metrics over the newest ranked targets, of the model's network alone
     * @param memory metrics over the newest ranked targets, of the model's memory alone
     */
    public record Prequential(Accuracy running, Accuracy windowed, Accuracy network, Accuracy memory) {
        static final Prequential NONE = new Prequential(Accuracy.NONE, Accuracy.NONE, Accuracy.NONE, Accuracy.NONE);

        static Prequential of(ModelMetrics metrics) {
            return new Prequential(
                    metrics.served().running(),
                    metrics.served().windowed(),
                    metrics.network().windowed(),
                    metrics.memory().windowed());
        }
    }

    /** What a trainer is doing, in chronological order. */
    public enum Phase {
        /** Not connected yet. */
        STARTING,
        /** Reading a snapshot, or rerunning the journal. */
        RECOVERING,
        /** Rerunning the journal while another trainer of this model writes it, to take over if that one dies. */
        STANDING_BY,
        LEARNING,
        /** Waiting to restart after a failure that may pass. */
        RESTARTING,
        /** Stopped as asked. */
        CLOSED,
        /** Stopped because another trainer of this model has started. */
        FENCED,
        /** Stopped because records that the model must continue from are gone. */
        REFUSED,
        /** Stopped because the configuration, the credentials or the permissions must be changed. */
        FAILED;

        /** Returns whether the trainer has stopped for good. */
        public boolean isFinal() {
            return compareTo(CLOSED) >= 0;
        }
    }

    static final TrainerStatus NOT_STARTED =
            new TrainerStatus(Phase.STARTING, 0, 0, Progress.Totals.NONE, Prequential.NONE, 0, 0, 0, 0, "");

    TrainerStatus withLag(long records) {
        return new TrainerStatus(
                phase, step, items, training, accuracy, loss, records, replayUsers, mismatches, message);
    }

    TrainerStatus in(Phase next, String why) {
        return new TrainerStatus(next, step, items, training, accuracy, loss, lag, replayUsers, mismatches, why);
    }
}
