package io.freshet.lab.prequential;

/** Slices of the events that are reported separately. */
public enum Slice {
    ALL,
    /** The item had been clicked fewer than {@value #WARM_CLICKS} times before, by any user; for a miss, never. */
    COLD_ITEM,
    WARM_ITEM,
    /** The user had one click before. */
    SHORT_HISTORY,
    LONG_HISTORY;

    /** Number of clicks from which an item is warm. */
    public static final int WARM_CLICKS = 5;

    boolean includes(StreamClick click) {
        return switch (this) {
            case ALL -> true;
            case COLD_ITEM -> click.earlierClicks() < WARM_CLICKS;
            case WARM_ITEM -> click.earlierClicks() >= WARM_CLICKS;
            case SHORT_HISTORY -> click.history().length == 1;
            case LONG_HISTORY -> click.history().length > 1;
        };
    }
}
