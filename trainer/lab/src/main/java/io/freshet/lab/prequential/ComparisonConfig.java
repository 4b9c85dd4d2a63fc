package io.freshet.lab.prequential;

import io.freshet.model.recommender.ModelConfig;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.fit.FitConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.metrics.SeenItems;
import java.util.Set;

/**
 * Settings of a comparison.
 *
 * @param model network of the online learner and of the frozen one
 * @param training how the network learns from a batch
 * @param learning settings of a step
 * @param repeats which of the items that a user has seen are left out of what is served to the user
 * @param stepClicks records of a step; only the last step has fewer
 * @param seen which of the two results the progress shows: with seen items ranked or left out
 * @param methods methods that the online learner is compared with
 * @param refit settings of the fits of the refitted network
 * @param window number of events in the moving metrics
 */
public record ComparisonConfig(
        ModelConfig model,
        TrainingConfig training,
        LearningConfig learning,
        RepeatPolicy repeats,
        int stepClicks,
        SeenItems seen,
        Set<ComparedMethod> methods,
        FitConfig refit,
        int window) {
    /** Cut-off of the metrics: a target ranked among the first K is a hit. */
    public static final int K = 10;

    public ComparisonConfig {
        methods = Set.copyOf(methods);
        if (stepClicks < 1 || window < 1) {
            throw new IllegalArgumentException(
                    "stepClicks and window must be positive: stepClicks=" + stepClicks + " window=" + window);
        }
    }
}
