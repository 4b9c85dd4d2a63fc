package io.freshet.demo;

import io.freshet.delta.StepRecord;
import io.freshet.scoring.ModelAdvance;
import io.freshet.scoring.ModelListener;

/** Watches the served model: its step, and how long clicks took to get into it. Thread-safe. */
final class ModelFreshness implements ModelListener {
    private final MeasuredLatency clickToModel;
    private volatile long step;
    private volatile long newestClickMs;

    ModelFreshness(MeasuredLatency clickToModel) {
        this.clickToModel = clickToModel;
    }

    @Override
    public void opened(String version, long openedStep) {
        step = openedStep;
    }

    @Override
    public void advanced(ModelAdvance advance) {
        step = advance.step();
        for (StepRecord record : advance.learned()) {
            for (long clickMs : record.clickTimestampsMs()) {
                clickToModel.record(clickMs, advance.appliedAtMs());
                newestClickMs = clickMs;
            }
        }
    }

    /** The step of the served model; 0 before there is one. */
    long step() {
        return step;
    }

    /** When the newest click that the served model has learned from came in; 0 before there is one. */
    long newestClickMs() {
        return newestClickMs;
    }
}
