package io.freshet.evaluation;

/** Whether the items of a user's own history take part in the ranking of that user's next item. */
public enum SeenItems {
    /** They compete like all others: streams with repeats. */
    RANKED,
    /** They are taken out, and a target among them is a miss: streams without repeats. */
    MASKED
}
