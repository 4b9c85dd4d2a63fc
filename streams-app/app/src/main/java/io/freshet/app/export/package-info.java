/** Exports the items and vectors of a snapshot as files for other programs. */
@NullMarked
package io.freshet.app.export;

import org.jspecify.annotations.NullMarked;
