package io.freshet.offline;

import io.freshet.evaluation.Accuracy;

/** What the ranks of held-out items come to, with lists of three lengths. */
public record HeldOutAccuracy(Accuracy at5, Accuracy at10, Accuracy at20) {
    static HeldOutAccuracy of(int[] ranks) {
        return new HeldOutAccuracy(Accuracy.of(ranks, 5), Accuracy.of(ranks, 10), Accuracy.of(ranks, 20));
    }

    /** Users whose held-out item was ranked. */
    public long users() {
        return at10.events();
    }
}
