package io.freshet.training.fit;

/** Course of the learning rate during a fit. */
public enum LearningRateSchedule {
    /** The learning rate is constant. */
    CONSTANT,
    /** The learning rate falls linearly and reaches 0 after the last step of the last epoch. */
    LINEAR;

    /**
     * Returns the share of the learning rate that applies to a step.
     *
     * @param step number of steps made before it
     * @param steps number of steps in all epochs
     */
    float share(long step, long steps) {
        return switch (this) {
            case CONSTANT -> 1f;
            case LINEAR -> (float) (steps - step) / steps;
        };
    }
}
