package io.freshet.online;

import io.freshet.evaluation.Accuracy;

/**
 * How a trainer does, between two steps. Immutable.
 *
 * @param phase what it is doing
 * @param step steps learned
 * @param records input records learned from
 * @param running prequential figures over all targets so far; its events are the targets
 * @param windowed the same over the newest targets
 * @param network the same over the newest targets, of the model's network alone
 * @param memory the same over the newest targets, of the model's memory alone
 * @param loss mean loss of the last optimiser step
 * @param trainedSeconds time spent in steps
 * @param snapshots snapshots written
 * @param items items of the vocabulary
 * @param replayUsers users whose sequences are remembered for replay
 * @param lag input records that are there and not yet learned from
 * @param mismatches rerun steps and deltas that came out otherwise than the log says; 0 where determinism holds
 * @param message why it stopped, if it did not stop by itself; else empty
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
    /** What a trainer is doing, in the order in which it does it. */
    public enum Phase {
        /** Not connected yet. */
        STARTING,
        /** Reading a snapshot, or rerunning the journal. */
        RECOVERING,
        /** Rerunning the journal as another trainer of this model writes it, to go on when that one dies. */
        STANDING_BY,
        LEARNING,
        /** Waiting to begin anew after a failure that may pass. */
        RESTARTING,
        /** Stopped as asked. */
        CLOSED,
        /** Stopped because another trainer of this model has started. */
        FENCED,
        /** Stopped because records that the model must go on from are gone. */
        REFUSED,
        /** Stopped because the configuration, the login or the rights must be changed. */
        FAILED;

        /** Whether it will not do anything any more. */
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
