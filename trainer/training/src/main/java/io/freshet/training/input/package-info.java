/** Reads sequences from their topic in an order that a rerun repeats, and checks that no record is missing. */
@NullMarked
package io.freshet.training.input;

import org.jspecify.annotations.NullMarked;
