package io.freshet.training.online;

import io.freshet.training.metrics.Accuracy;

/**
 * State and metrics of a trainer between two steps. Immutable.
 *
 * @param phase what the trainer is doing
 * @param step number of steps learned
 * @param records number of input records learned from
 * @param running prequential metrics over all targets so far; its events are the targets
 * @param windowed prequential metrics over the newest targets
 * @param network prequential metrics over the newest targets, of the model's network alone
 * @param memory prequential metrics over the newest targets, of the model's memory alone
 * @param loss mean loss of the last optimiser step
 * @param trainedSeconds time spent in steps
 * @param snapshots number of snapshots written
 * @param items number of items in the vocabulary
 * @param replayUsers number of users whose sequences are kept for replay
 * @param lag number of input records that exist and have not been learned from
 * @param mismatches number of rerun steps and deltas that differ from the log; 0 if training is deterministic
 * @param message why the trainer stopped or restarts; empty if it runs or has stopped as asked
 */
public record TrainerStatus(
        Phase phase,
        long step,
        long records,
        Accuracy running,
        Accuracy windowed,
        Accuracy network,
        Accuracy memory,
        double loss,
        double trainedSeconds,
        long snapshots,
        int items,
        int replayUsers,
        long lag,
        long mismatches,
        String message) {
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

    static final TrainerStatus NOT_STARTED = new TrainerStatus(
            Phase.STARTING, 0, 0, Accuracy.NONE, Accuracy.NONE, Accuracy.NONE, Accuracy.NONE, 0, 0, 0, 0, 0, 0, 0, "");

    TrainerStatus in(Phase next, String why) {
        return new TrainerStatus(
                next,
                step,
                records,
                running,
                windowed,
                network,
                memory,
                loss,
                trainedSeconds,
                snapshots,
                items,
                replayUsers,
                lag,
                mismatches,
                why);
    }
}
