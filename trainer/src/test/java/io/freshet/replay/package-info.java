/** Compares the reservoir with a naive one, and tests its file on golden and damaged bytes. */
@NullMarked
package io.freshet.replay;

import org.jspecify.annotations.NullMarked;
