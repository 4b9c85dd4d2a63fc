/** The accounting of a race against naive loops over the same stream. */
@NullMarked
package io.freshet.prequential;

import org.jspecify.annotations.NullMarked;
