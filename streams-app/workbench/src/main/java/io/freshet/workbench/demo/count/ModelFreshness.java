package io.freshet.workbench.demo.count;

import io.freshet.service.serving.ModelAdvance;
import io.freshet.service.serving.ModelListener;
import io.freshet.store.modellog.StepRecord;

/** Tracks the step of the served model and how long clicks took to reach it. Thread-safe. */
public final class ModelFreshness implements ModelListener {
    private final MeasuredLatency clickToModel;
    private volatile long step;
    private volatile long newestClickMs;

    public ModelFreshness(MeasuredLatency clickToModel) {
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
            for (long clickMs : record.liveClickTimestampsMs()) {
                clickToModel.record(clickMs, advance.appliedAtMs());
                newestClickMs = clickMs;
            }
        }
    }

    /** Returns the step of the served model, or 0 before there is one. */
    public long step() {
        return step;
    }

    /**
     * Returns the arrival time of the newest click that the served model has learned from, or 0 before there is one.
     */
    public long newestClickMs() {
        return newestClickMs;
    }
}
