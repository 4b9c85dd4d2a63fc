/** Adam, dense and row by row. */
@NullMarked
package io.freshet.optimizer;

import org.jspecify.annotations.NullMarked;
