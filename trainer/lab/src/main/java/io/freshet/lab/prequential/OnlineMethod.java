package io.freshet.lab.prequential;

/** The online method under test, with ranks by the mixture that it serves, by its network alone and by its memory alone. */
interface OnlineMethod extends Runner {
    /** Returns the ranks that the network alone gave the last step's clicks. */
    StepRanks networkRanks();

    /** Returns the ranks that the memory alone gave the last step's clicks. */
    StepRanks memoryRanks();

    /** Returns the ranks that the mixture gave the last step's clicks among all items, with learned repeats. */
    int[] learnedRanks();
}
