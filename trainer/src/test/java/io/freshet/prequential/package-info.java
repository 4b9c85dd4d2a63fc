/** Compares the accounting of a race with naive loops over the same stream. */
@NullMarked
package io.freshet.prequential;

import org.jspecify.annotations.NullMarked;
