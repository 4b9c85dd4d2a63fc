/** Draws negative items for the loss, uniformly or by popularity. */
@NullMarked
package io.freshet.training.sampling;

import org.jspecify.annotations.NullMarked;
