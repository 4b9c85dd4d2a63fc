package io.freshet.offline;

/** What becomes of the learning rate in the course of a fit. */
public enum LearningRateSchedule {
    /** It stays as it is. */
    CONSTANT,
    /** It falls in a straight line, to reach 0 after the last step of the last epoch. */
    LINEAR;

    /**
     * The share of the learning rate that a step takes.
     *
     * @param step steps made before it
     * @param steps of all epochs
     */
    float share(long step, long steps) {
        return switch (this) {
            case CONSTANT -> 1f;
            case LINEAR -> (float) (steps - step) / steps;
        };
    }
}
