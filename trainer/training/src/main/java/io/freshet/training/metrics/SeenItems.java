package io.freshet.training.metrics;

import io.freshet.store.sequence.RepeatPolicy;

/** Whether items of the user's history take part in the ranking of the user's next item. */
public enum SeenItems {
    /** Seen items are ranked like all others, for streams with repeats. */
    RANKED,
    /** Seen items are excluded, and a target among them is a miss, for streams without repeats. */
    MASKED;

    /** Returns the policy by which a learner ranks so. */
    public RepeatPolicy policy() {
        return switch (this) {
            case RANKED -> RepeatPolicy.OF_ALL;
            case MASKED -> RepeatPolicy.OF_NOTHING;
        };
    }
}
