package io.freshet.training.fit;

import io.freshet.training.metrics.Accuracy;

/** Accuracy over the ranks of held-out items, for lists of three lengths. */
public record HeldOutAccuracy(Accuracy at5, Accuracy at10, Accuracy at20) {
    static HeldOutAccuracy of(int[] ranks) {
        return new HeldOutAccuracy(Accuracy.of(ranks, 5), Accuracy.of(ranks, 10), Accuracy.of(ranks, 20));
    }

    /** Returns the number of users whose held-out item was ranked. */
    public long users() {
        return at10.events();
    }
}
