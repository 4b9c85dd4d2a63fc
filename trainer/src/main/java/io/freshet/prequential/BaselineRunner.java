package io.freshet.prequential;

import io.freshet.delta.StepRecord;
import io.freshet.evaluation.Baseline;

/** A baseline, which learns from each click at once and so lags nothing. */
final class BaselineRunner implements Runner {
    private final Baseline baseline;

    BaselineRunner(Baseline baseline) {
        this.baseline = baseline;
    }

    @Override
    public int[] run(Step step) {
        int[] ranks = new int[step.clicks().size()];
        for (int i = 0; i < ranks.length; i++) {
            StreamClick click = step.clicks().get(i);
            int[] history = click.history();
            ranks[i] = click.isEvent() ? baseline.rank(history, history.length, click.item()) : StepRecord.NO_EVENT;
            baseline.observe(history, history.length, click.item());
        }
        return ranks;
    }
}
