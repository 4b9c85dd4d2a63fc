/** The Adam optimiser, for dense parameters and for single rows of a table. */
@NullMarked
package io.freshet.training.optimizer;

import org.jspecify.annotations.NullMarked;
