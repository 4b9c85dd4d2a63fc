package io.freshet.lab.prequential;

import io.freshet.lab.baseline.Baseline;
import io.freshet.store.modellog.StepRecord;

/** Runs a baseline, which learns from each click at once and so has no lag. */
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
            ranks[i] = click.isEvent() ? rank(click) : StepRecord.NO_EVENT;
            if (click.isTarget()) {
                baseline.observe(click.history(), click.history().length, click.item());
            }
        }
        return ranks;
    }

    private int rank(StreamClick click) {
        int[] history = click.history();
        int[] seen = click.seen();
        return baseline.rank(history, history.length, click.item(), seen, seen.length);
    }
}
