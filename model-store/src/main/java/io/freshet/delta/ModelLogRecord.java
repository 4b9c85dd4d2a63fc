package io.freshet.delta;

/** One record of {@code model-log}: what a step learned from, or what steps changed. */
public sealed interface ModelLogRecord permits StepRecord, ModelDelta {}
