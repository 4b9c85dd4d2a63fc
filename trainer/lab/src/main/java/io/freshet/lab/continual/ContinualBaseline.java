package io.freshet.lab.continual;

import io.freshet.lab.baseline.Baseline;
import io.freshet.lab.baseline.SequentialRules;
import io.freshet.lab.baseline.SessionNeighbours;
import io.freshet.lab.baseline.WindowedPopularity;

/** The baselines that run over the same periods as the learner. */
public enum ContinualBaseline {
    /** The items that most often followed the session's last three items. */
    RULES,
    /** V-SKNN: the items in the 100 most similar sessions. */
    VSKNN,
    /** STAN: the items in the 500 sessions that are most similar in their items, order and time. */
    STAN;

    Baseline create() {
        int window = WindowedPopularity.DEFAULT_WINDOW;
        return switch (this) {
            case RULES -> new SequentialRules(window);
            case VSKNN -> SessionNeighbours.vsknn(window);
            case STAN -> SessionNeighbours.stan(window);
        };
    }
}
