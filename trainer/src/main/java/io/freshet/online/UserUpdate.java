package io.freshet.online;

import io.freshet.sequence.SequenceUpdate;

/** One record of {@code sequences}: whose sequence it is, and what a click made of it. */
public record UserUpdate(String user, SequenceUpdate update) {}
