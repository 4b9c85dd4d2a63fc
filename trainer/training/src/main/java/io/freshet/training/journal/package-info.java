/** Reads the journal of a trainer's steps and reruns them, which produces the same model to the bit. */
@NullMarked
package io.freshet.training.journal;

import org.jspecify.annotations.NullMarked;
