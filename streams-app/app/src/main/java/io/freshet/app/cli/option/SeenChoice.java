package io.freshet.app.cli.option;

import io.freshet.training.fit.LeaveOneOut;
import io.freshet.training.fit.SequenceDataset;
import io.freshet.training.metrics.SeenItems;

/** {@code --mask-seen}: whether items that a user has seen are left out of the ranking. */
public enum SeenChoice {
    AUTO,
    TRUE,
    FALSE;

    public SeenItems of(SequenceDataset data) {
        return switch (this) {
            case AUTO -> LeaveOneOut.usual(data);
            case TRUE -> SeenItems.MASKED;
            case FALSE -> SeenItems.RANKED;
        };
    }
}
