package io.freshet.cli;

import io.freshet.evaluation.SeenItems;
import io.freshet.offline.LeaveOneOut;
import io.freshet.offline.SequenceDataset;

/** {@code --mask-seen}: whether items that a user has seen are left out of the ranking. */
enum SeenChoice {
    AUTO,
    TRUE,
    FALSE;

    SeenItems of(SequenceDataset data) {
        return switch (this) {
            case AUTO -> LeaveOneOut.usual(data);
            case TRUE -> SeenItems.MASKED;
            case FALSE -> SeenItems.RANKED;
        };
    }
}
