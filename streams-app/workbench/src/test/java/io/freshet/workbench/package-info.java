/** Checks of the whole: the architecture. */
@NullMarked
package io.freshet.workbench;

import org.jspecify.annotations.NullMarked;
