/** Draws negative items for the loss, uniformly or by popularity. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.sampling;
