package io.freshet.prequential;

import io.freshet.evaluation.SeenItems;
import io.freshet.model.ModelConfig;
import io.freshet.model.TrainingConfig;
import io.freshet.offline.FitConfig;
import io.freshet.online.LearningConfig;
import java.util.Set;

/**
 * Settings of a race.
 *
 * @param model the online learner's network, also that of the frozen one
 * @param training how it learns a batch
 * @param learning what a step is
 * @param stepClicks records of a step; only the last has fewer
 * @param seen whether the items of a user's sequence take part when the next one is ranked
 * @param rivals who else runs
 * @param refit how the refitted network learns
 * @param window events in the moving figures
 */
public record RaceConfig(
        ModelConfig model,
        TrainingConfig training,
        LearningConfig learning,
        int stepClicks,
        SeenItems seen,
        Set<Rival> rivals,
        FitConfig refit,
        int window) {
    /** Length of a list that counts as a hit. */
    public static final int K = 10;

    public RaceConfig {
        rivals = Set.copyOf(rivals);
        if (stepClicks < 1 || window < 1) {
            throw new IllegalArgumentException(
                    "stepClicks and window must be positive: stepClicks=" + stepClicks + " window=" + window);
        }
    }
}
