/** Checks of the whole: the architecture, and what the documents say of the program. */
@NullMarked
package io.freshet;

import org.jspecify.annotations.NullMarked;
