package io.freshet.training.step;

import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.RankShare;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.merge.Difference;
import io.freshet.training.merge.Merge;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One of several learners, each of which learns from the clicks of some of the users. From time to time, each gives its
 * {@linkplain #takeDifference difference}, and all apply the {@link Merge} of the differences. After that, all have the
 * same model, whose bits depend only on the differences.
 *
 * <p>The model is shared: the vocabulary, the item vectors, the dense parameters, the memory and its mixture, the counts of
 * targets, and the step. The rest is each learner's own: the optimiser's moments and number of steps, the replay
 * reservoir, the users' sessions, the metrics, and the random numbers. Between merges, a learner ranks its clicks with its own model. A new
 * item has a row and a vector of its own at each learner that has seen it. The next merge decides its row, and takes the mean
 * of the vectors.
 *
 * <p>A single learner that merges with itself stays the same as an {@link OnlineLearner}, to the bit. Owns all its parts,
 * among them a copy of the model as it was at the last merge. Not thread-safe.
 */
public final class ParallelLearner implements AutoCloseable {
    private final OnlineLearner learner;
    private final RecommenderModel base; // the model at the last merge
    private @Nullable Difference given; // since the last merge
    private long clicks; // records since the last merge

    private ParallelLearner(OnlineLearner learner, RecommenderModel base) {
        this.learner = learner;
        this.base = base;
    }

    /**
     * Makes a learner that is at a merge, or at its beginning, one of several learners.
     *
     * @param number number of the learner, from 0
     * @param learner learner that this object owns from now on
     * @param base model that equals the learner's, which this object owns from now on
     * @throws IllegalArgumentException if the models are at different steps
     */
    public static ParallelLearner of(int number, OnlineLearner learner, RecommenderModel base) {
        if (learner.model().step() != base.step()) {
            throw new IllegalArgumentException("a learner must begin at its base: learner's step="
                    + learner.model().step() + " base's=" + base.step());
        }
        learner.joinAs(number);
        base.joinLineage(learner.model().lineage());
        return new ParallelLearner(learner, base);
    }

    /**
     * Returns a learner that has seen nothing.
     *
     * @param number number of this learner, from 0
     * @param repeats which of the items that a user has seen are not ranked among the candidates for the next one
     * @throws IllegalArgumentException if items are to be forgotten, which learners in parallel cannot do
     */
    public static ParallelLearner initial(
            int number, ModelConfig model, TrainingConfig training, LearningConfig learning, RepeatPolicy repeats) {
        if (!learning.itemRetention().isZero()) {
            throw new IllegalArgumentException("learners in parallel cannot forget items: itemRetention must be zero: "
                    + "itemRetention=" + learning.itemRetention());
        }
        OnlineLearner learner = OnlineLearner.initial(model, training, learning, repeats);
        learner.joinAs(number);
        return new ParallelLearner(learner, RecommenderModel.initial(model, learning.memory()));
    }

    /**
     * Ranks and learns, as {@link OnlineLearner#step(List)} does.
     *
     * @throws IllegalStateException if the learner has given its difference to a merge that it has not applied yet
     */
    public StepOutcome step(List<UserUpdate> updates) {
        requireNoneGiven();
        clicks += updates.size();
        return learner.step(updates);
    }

    /** Makes a step that ranks a share of the updates, as {@link OnlineLearner#step(List, RankShare)} does. */
    public StepOutcome step(List<UserUpdate> updates, RankShare share) {
        requireNoneGiven();
        clicks += updates.size();
        return learner.step(updates, share);
    }

    /** Returns whether the learner has made a step since the last merge. */
    public boolean hasSteps() {
        return learner.model().step() > base.step();
    }

    /** Returns the number of records that the learner has learned from since the last merge. */
    public long clicks() {
        return clicks;
    }

    /** Returns the model as it was at the last merge. Callers must not change it. */
    public RecommenderModel base() {
        return base;
    }

    /** Lets the model begin or join a lineage, at a merge. */
    public void joinLineage(long lineage) {
        learner.model().joinLineage(lineage);
        base.joinLineage(lineage);
    }

    /** Removes the users of other learners from the replay reservoir and the users' sessions. Their erasures do not reach this learner. */
    public void keepUsers(Predicate<String> own) {
        learner.keepUsers(own);
    }

    /**
     * Returns what this learner has changed since the last merge.
     *
     * @throws IllegalStateException if the learner has made no step since the last merge, or has given its difference
     *     already
     */
    public Difference takeDifference() {
        requireNoneGiven();
        Difference difference = learner.takeDifference(clicks);
        given = difference;
        return difference;
    }

    private void requireNoneGiven() {
        if (given != null) {
            throw new IllegalStateException(
                    "a learner must apply the merge that it has given its difference to: difference=" + given);
        }
    }

    /**
     * Applies the merge of the learners' differences.
     *
     * @param differences difference of each learner that has made a step, in order of their numbers, among them the one that
     *     this learner gave. A rerun passes the recorded one, which replaces its own
     * @throws IllegalStateException if this learner has made a step and not given its difference, or if there is no
     *     difference
     * @return the merge, which may share arrays with the differences
     * @throws IllegalArgumentException if a difference does not begin at the last merge or has another shape
     */
    public Merge apply(List<Difference> differences) {
        Difference own = given;
        if (differences.isEmpty() || (own == null && hasSteps())) {
            throw new IllegalStateException("a learner must give its difference before it applies a merge: step="
                    + learner.model().step());
        }
        Merge merge = Merge.of(base, differences);
        base.apply(List.of(merge.delta()));
        learner.rebase(base, own, merge);
        given = null;
        clicks = 0;
        return merge;
    }

    /** Returns the learner, which this object owns. */
    public OnlineLearner learner() {
        return learner;
    }

    @Override
    public void close() {
        learner.close();
        base.close();
    }
}
