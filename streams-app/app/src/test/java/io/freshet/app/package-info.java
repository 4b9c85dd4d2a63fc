/** Checks of the documents: their words, links and examples. */
@NullMarked
package io.freshet.app;

import org.jspecify.annotations.NullMarked;
