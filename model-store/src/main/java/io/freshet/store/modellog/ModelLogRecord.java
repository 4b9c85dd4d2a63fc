package io.freshet.store.modellog;

/** A record of {@code model-log}: the inputs of one training step, or the changes that steps made to the model. */
public sealed interface ModelLogRecord permits StepRecord, ModelDelta {}
