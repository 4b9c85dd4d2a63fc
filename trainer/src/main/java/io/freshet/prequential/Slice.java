package io.freshet.prequential;

/** Events that are looked at apart. */
public enum Slice {
    ALL,
    /** The item had been clicked fewer than {@value #WARM_CLICKS} times before, by anyone; never, for a miss. */
    COLD_ITEM,
    WARM_ITEM,
    /** The user had one click before. */
    SHORT_HISTORY,
    LONG_HISTORY;

    /** Clicks from which on an item is warm. */
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
