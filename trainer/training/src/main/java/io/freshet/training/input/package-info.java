/** Reads sequences from their topic in an order that a rerun repeats, and checks that no record is missing. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.input;
