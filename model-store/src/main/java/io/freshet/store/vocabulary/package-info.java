/** The mapping between items and rows of the model, in memory and as a file. */
@NullMarked
package io.freshet.store.vocabulary;

import org.jspecify.annotations.NullMarked;
