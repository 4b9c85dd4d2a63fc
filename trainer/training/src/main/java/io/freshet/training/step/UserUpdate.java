package io.freshet.training.step;

import io.freshet.store.sequence.SequenceUpdate;

/** One record of {@code sequences}: a user and the update that a click made to that user's sequence. */
public record UserUpdate(String user, SequenceUpdate update) {}
