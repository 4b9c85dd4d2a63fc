package io.freshet.store.modellog;

/**
 * A learner's note in its journal about a merge with other learners: that it has given its difference, in the same
 * transaction, or that it has applied the merge of all differences. A rerun of the journal compares its own results with
 * the digests.
 *
 * @param lineage lineage of the model
 * @param base step of the model that all learners have had since their last merge
 * @param step step of this learner's model: before the merge if it has given its difference, otherwise after the merge
 * @param digest digest of the difference, 0 if the learner has made no step since the base; or of the merged model
 */
public record MergeNote(Event event, long lineage, long base, long step, int digest) implements ModelLogRecord {
    /** What a learner notes. The order is part of the format. */
    public enum Event {
        /** The learner has given its difference and makes no further step before the merge. */
        GIVEN,
        /** The learner has applied the merge. */
        MERGED
    }

    public MergeNote {
        if (lineage < 0 || base < 0 || step < base) {
            throw new IllegalArgumentException("a merge note must have lineage >= 0 and 0 <= base <= step: lineage="
                    + lineage + ", base=" + base + ", step=" + step);
        }
    }
}
