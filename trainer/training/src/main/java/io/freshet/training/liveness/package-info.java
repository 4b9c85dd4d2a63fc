/** Heartbeats of the loops that must make progress, and the errors that a process cannot survive. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.liveness;
