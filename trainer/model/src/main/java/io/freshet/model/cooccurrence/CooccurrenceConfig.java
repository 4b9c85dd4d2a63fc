package io.freshet.model.cooccurrence;

/**
 * Limits of a co-occurrence memory, fixed for its lifetime.
 *
 * @param window number of a user's newest clicks that become neighbours of the next one; 0 for no memory
 * @param neighbours maximum number of neighbours of each item; a new one replaces the weakest
 * @param halvingClicks an item's weights are halved when their total exceeds the weight of this many neighbouring clicks
 */
public record CooccurrenceConfig(int window, int neighbours, int halvingClicks) {
    /** No memory: the network alone. */
    public static final CooccurrenceConfig OFF = new CooccurrenceConfig(0, 1, 1);

    /** A window of ten clicks, and 64 neighbours of an item, whose weights are halved at 256 clicks. */
    public static final CooccurrenceConfig DEFAULT = new CooccurrenceConfig(10, 64, 256);

    /** Maximum window. The maxima ensure that weights fit into an int. */
    public static final int MAX_WINDOW = 100;

    /** Maximum number of neighbours of an item. */
    public static final int MAX_NEIGHBOURS = 10_000;

    /** Maximum of {@link #halvingClicks}. */
    public static final int MAX_HALVING_CLICKS = 100_000;

    public CooccurrenceConfig {
        requireWithin(0, window, MAX_WINDOW, "window");
        requireWithin(1, neighbours, MAX_NEIGHBOURS, "neighbours");
        requireWithin(1, halvingClicks, MAX_HALVING_CLICKS, "halvingClicks");
    }

    private static void requireWithin(int least, int value, int most, String name) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " must be from " + least + " to " + most + ": " + name + "=" + value);
        }
    }

    /** Returns whether there is a memory at all. */
    public boolean isOn() {
        return window > 0;
    }

    /** Returns the total weight of an item above which its weights are halved. */
    int halvingWeight() {
        return halvingClicks * NeighbourList.NEAREST;
    }
}
