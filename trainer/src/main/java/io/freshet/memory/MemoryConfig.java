package io.freshet.memory;

/**
 * What bounds a memory. It keeps these for life.
 *
 * @param window newest clicks of a user that are neighbours of the next one; 0 for no memory
 * @param neighbours neighbours kept of each item; the weakest makes way for a new one
 * @param halvingClicks an item's weights are halved when together they come to those of this many neighbouring clicks
 */
public record MemoryConfig(int window, int neighbours, int halvingClicks) {
    /** No memory: the network alone. */
    public static final MemoryConfig OFF = new MemoryConfig(0, 1, 1);

    /** Ten clicks, 64 neighbours of an item, whose weights are halved at 256 clicks. */
    public static final MemoryConfig DEFAULT = new MemoryConfig(10, 64, 256);

    /** What each value is at most, so that weights fit into an int. */
    public static final int MAX_WINDOW = 100;

    /** Likewise. */
    public static final int MAX_NEIGHBOURS = 10_000;

    /** Likewise. */
    public static final int MAX_HALVING_CLICKS = 100_000;

    public MemoryConfig {
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

    /** Whether there is a memory at all. */
    public boolean isOn() {
        return window > 0;
    }

    /** Total weight of an item beyond which it is halved. */
    int halvingWeight() {
        return halvingClicks * NeighbourList.NEAREST;
    }
}
