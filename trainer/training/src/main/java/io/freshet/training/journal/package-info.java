/** Reads the journal of a trainer's steps and reruns them, which produces the same model bit for bit. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.journal;
