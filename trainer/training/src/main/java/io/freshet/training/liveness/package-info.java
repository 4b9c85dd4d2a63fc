/** Heartbeats of the loops that must make progress, and the errors that a process cannot survive. */
@NullMarked
package io.freshet.training.liveness;

import org.jspecify.annotations.NullMarked;
