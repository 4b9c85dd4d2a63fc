package io.freshet.training.failure;

import java.util.List;

/** Thrown if trainers with another number of learners run. A trainer tries again until they have stopped. */
public final class OtherLearnersException extends IllegalStateException {
    /**
     * @param learners number of learners of this trainer
     * @param others number of learners of the others
     * @param alive client ids and hosts of the others
     */
    public OtherLearnersException(int learners, int others, List<String> alive) {
        super("all trainers of a model must have the same learners.count: this one has learners.count=" + learners
                + ", and these run with learners.count=" + others + ": " + alive
                + ". Stop those trainers, then this one continues. Or start this one with learners.count=" + others);
    }
}
