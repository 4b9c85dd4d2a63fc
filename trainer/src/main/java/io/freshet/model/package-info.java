/**
 * The model: its vocabulary, item vectors and encoder in memory; training on a batch, ranking of targets, scoring of
 * histories; and the model's files in a snapshot.
 */
@NullMarked
package io.freshet.model;

import org.jspecify.annotations.NullMarked;
