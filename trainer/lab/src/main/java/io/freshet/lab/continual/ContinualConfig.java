package io.freshet.lab.continual;

import io.freshet.model.recommender.ModelConfig;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.TrainingConfig;

/**
 * Settings of a continual run.
 *
 * @param model settings of the network
 * @param training how the network learns from a batch
 * @param learning settings of a step
 * @param stepClicks clicks of a step, for each learner if there are several; only a period's last step has fewer
 * @param window number of a session's newest clicks that are kept
 */
public record ContinualConfig(
        ModelConfig model, TrainingConfig training, LearningConfig learning, int stepClicks, int window) {
    public ContinualConfig {
        if (stepClicks < 1 || window < 1) {
            throw new IllegalArgumentException(
                    "stepClicks and window must be positive: stepClicks=" + stepClicks + " window=" + window);
        }
    }
}
