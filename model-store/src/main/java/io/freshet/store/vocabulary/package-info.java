/** The mapping between items and rows of the model, in memory and as a file. */
@org.jspecify.annotations.NullMarked
package io.freshet.store.vocabulary;
