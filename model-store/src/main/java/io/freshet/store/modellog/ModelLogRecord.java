package io.freshet.store.modellog;

/**
 * A record of {@code model-log} or {@code model-deltas}: the inputs of one training step, the changes that steps made to
 * the model, the journal's note that these changes were published, or its note of a merge with other learners.
 */
public sealed interface ModelLogRecord permits StepRecord, PublishedStep, MergeNote, ModelDelta {}
