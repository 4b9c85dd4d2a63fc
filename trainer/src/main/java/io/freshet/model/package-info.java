/**
 * The model itself: its vocabulary, item vectors and encoder in memory; learning a batch, ranking targets, scoring a
 * history; and its files in a snapshot.
 */
@NullMarked
package io.freshet.model;

import org.jspecify.annotations.NullMarked;
