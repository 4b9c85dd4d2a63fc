package io.freshet.lab.prequential;

/** The methods that the online learner is compared with. */
public enum ComparedMethod {
    /** The items with the most clicks among the newest 10,000 clicks. */
    POPULARITY,
    /** The items with the most clicks, where each click loses half its weight every 3,500 clicks. */
    DECAYED_POPULARITY,
    /** The items that most often followed the user's last three items. */
    RULES,
    /** The online learner as it was after the first fifth of the stream. */
    FROZEN,
    /** The network fitted from scratch at each tenth of the stream to all clicks so far, and frozen in between. */
    REFIT
}
