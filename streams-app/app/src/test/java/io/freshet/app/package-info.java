/** Checks of the whole: the architecture, and the documents' claims about the program. */
@NullMarked
package io.freshet.app;

import org.jspecify.annotations.NullMarked;
