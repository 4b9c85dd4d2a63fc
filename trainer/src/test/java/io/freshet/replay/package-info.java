/** The reservoir against a naive one, and its file against golden and damaged bytes. */
@NullMarked
package io.freshet.replay;

import org.jspecify.annotations.NullMarked;
