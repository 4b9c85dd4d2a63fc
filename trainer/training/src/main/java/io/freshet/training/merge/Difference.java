package io.freshet.training.merge;

import io.freshet.store.modellog.ModelDelta;
import io.freshet.training.sampling.Popularity;
import java.util.Arrays;

/**
 * What one of several learners has changed since the last merge. Rows are numbered as the learner has them: items that are
 * new since the last merge may have another row, or none, at other learners. Immutable. This object owns its arrays;
 * callers must not change them.
 *
 * @param delta all changes of the model, in one part: each changed row and all dense parameters as absolute values, new
 *     items, and the clicks that the memory observed
 * @param clicks number of records that the learner has learned from
 * @param rowWeights how much the learner changed each row of the delta, at least 1; (rows of the delta)
 * @param targetCounts how often each row of the delta was a target; (rows of the delta), or empty if negatives do not
 *     depend on {@link Popularity}
 */
@SuppressWarnings("ArrayRecordComponent") // equals compares the elements
public record Difference(ModelDelta delta, long clicks, int[] rowWeights, long[] targetCounts) {
    /** Creates a difference and takes ownership of the arrays. */
    public Difference(ModelDelta delta, long clicks, int[] rowWeights, long[] targetCounts) {
        this.delta = delta;
        this.clicks = clicks;
        this.rowWeights = rowWeights;
        this.targetCounts = targetCounts;
        int rows = delta.rows().length;
        require(delta.parts() == 1, "a delta of one part");
        require(delta.evictions().isEmpty(), "no evictions");
        require(clicks >= 0, "clicks >= 0");
        require(rowWeights.length == rows, "a weight for each row");
        require(Arrays.stream(rowWeights).allMatch(weight -> weight > 0), "weights > 0");
        require(targetCounts.length == 0 || targetCounts.length == rows, "a target count for each row, or none");
        require(Arrays.stream(targetCounts).allMatch(count -> count >= 0), "target counts >= 0");
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Difference other
                && delta.equals(other.delta)
                && clicks == other.clicks
                && Arrays.equals(rowWeights, other.rowWeights)
                && Arrays.equals(targetCounts, other.targetCounts);
    }

    @Override
    public int hashCode() {
        return 31 * delta.hashCode() + Long.hashCode(clicks);
    }

    @Override
    public String toString() {
        return "Difference[clicks=" + clicks + ", rowWeights=" + rowWeights.length + ", targetCounts="
                + targetCounts.length + ", delta=" + delta + "]";
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("difference must have " + rule + ": " + this);
        }
    }
}
