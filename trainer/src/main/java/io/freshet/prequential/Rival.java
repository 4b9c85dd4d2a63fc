package io.freshet.prequential;

/** What the online learner can be raced against. */
public enum Rival {
    /** The most clicked of the newest 10,000 clicks. */
    POPULARITY,
    /** The most clicked, each click losing half its weight every 3,500 clicks. */
    DECAYED_POPULARITY,
    /** What most often followed the user's last three items. */
    RULES,
    /** The online learner as it stood after the first fifth of the stream. */
    FROZEN,
    /** The network fitted from scratch at each tenth of the stream to all clicks so far, and frozen in between. */
    REFIT
}
