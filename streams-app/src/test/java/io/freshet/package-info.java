/** Checks of the whole: the architecture, and the documents' claims about the program. */
@NullMarked
package io.freshet;

import org.jspecify.annotations.NullMarked;
