package io.freshet.continual;

import io.freshet.model.ModelConfig;
import io.freshet.model.TrainingConfig;
import io.freshet.online.LearningConfig;

/**
 * How the periods are learned.
 *
 * @param model the network
 * @param training how it learns a batch
 * @param learning what a step is
 * @param stepClicks clicks of a step; only a period's last has fewer
 * @param window newest clicks of a session that are kept
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
