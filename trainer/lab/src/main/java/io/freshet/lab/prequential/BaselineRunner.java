package io.freshet.lab.prequential;

import io.freshet.lab.baseline.Baseline;
import io.freshet.lab.baseline.Ranks;
import io.freshet.store.modellog.StepRecord;

/** Runs a baseline, which learns from each click at once and so has no lag. */
final class BaselineRunner implements Runner {
    private static final Ranks NO_EVENT = new Ranks(StepRecord.NO_EVENT, StepRecord.NO_EVENT);

    private final Baseline baseline;

    BaselineRunner(Baseline baseline) {
        this.baseline = baseline;
    }

    @Override
    public StepRanks run(Step step) {
        int[] amongAll = new int[step.clicks().size()];
        int[] amongUnseen = new int[step.clicks().size()];
        for (int i = 0; i < amongAll.length; i++) {
            StreamClick click = step.clicks().get(i);
            Ranks ranks = click.isEvent() ? baseline.rank(click.user(), click.item()) : NO_EVENT;
            amongAll[i] = ranks.amongAll();
            amongUnseen[i] = ranks.amongUnseen();
            if (click.isTarget()) {
                baseline.observe(click.user(), click.item());
            }
        }
        return new StepRanks(amongAll, amongUnseen);
    }
}
