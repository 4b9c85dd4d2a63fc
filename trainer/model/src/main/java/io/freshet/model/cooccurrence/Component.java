package io.freshet.model.cooccurrence;

/** Components of the mixture, each a distribution over the next item. */
enum Component {
    /** The softmax of the network's scores. */
    NETWORK(0),
    /** Items that followed the newest item. */
    FOLLOWERS(1),
    /** Items that were clicked before and after the newest items, of which the nearer ones count more. */
    COMPANIONS(2),
    /** Items of the user's own history except the newest: users come back to items. */
    RETURN(3),
    /** The newest item again. */
    REPEAT(4),
    /** Items of the newest clicks of all users. */
    RECENT(5),
    /** Items of sessions that share items with the history. */
    SIMILAR(6);

    static final int COUNT = 7;

    private final int place; // part of the file format

    Component(int place) {
        this.place = place;
    }

    /** Returns this component's index in an array with one entry per component. */
    int place() {
        return place;
    }

    /** Returns the set that contains only this component. */
    int bit() {
        return 1 << place;
    }

    /** Returns whether a set of components contains this one. */
    boolean isIn(int components) {
        return (components & bit()) != 0;
    }
}
