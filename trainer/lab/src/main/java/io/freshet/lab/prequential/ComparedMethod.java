package io.freshet.lab.prequential;

/** The methods that the online learner is compared with. */
public enum ComparedMethod {
    /** The items with the most clicks among the newest 10,000 clicks. */
    POPULARITY,
    /** The items with the most clicks, where each click loses half its weight every 3,500 clicks. */
    DECAYED_POPULARITY,
    /** The items that most often followed the user's last three items. */
    RULES,
    /** V-SKNN: the items in the 100 sessions that are most similar to the user's own. */
    VSKNN,
    /** STAN: the items in the 500 sessions that are most similar in their items, order and time. */
    STAN,
    /** The online learner as it was after the first fifth of the stream. */
    FROZEN,
    /** The network fitted from scratch at each tenth of the stream to all clicks so far, and frozen in between. */
    REFIT
}
