package io.freshet.memory;

/** What a mixture is made of: distributions over the next item. */
enum Component {
    /** The softmax of the network's scores. */
    NETWORK(0),
    /** What followed the newest item. */
    FOLLOWERS(1),
    /** What was clicked before and after the newest items, the nearer ones counting more. */
    COMPANIONS(2),
    /** The user's own items but the newest one: people come back. */
    RETURN(3),
    /** The newest item once more. */
    REPEAT(4);

    static final int COUNT = 5;

    private final int place; // part of every memory that was written

    Component(int place) {
        this.place = place;
    }

    /** Where its number is in an array with one for each component. */
    int place() {
        return place;
    }

    /** It as a set of components. */
    int bit() {
        return 1 << place;
    }

    /** Whether a set of components has it. */
    boolean isIn(int components) {
        return (components & bit()) != 0;
    }
}
