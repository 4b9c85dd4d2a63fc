/** Compares the accounting of a comparison with naive loops over the same stream. */
@NullMarked
package io.freshet.prequential;

import org.jspecify.annotations.NullMarked;
