/** The Adam optimiser, for dense parameters and for single rows of a table. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.optimizer;
