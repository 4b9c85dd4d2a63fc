/**
 * The layers of the encoders: attention, recurrences, filters, feed-forward networks and normalisation. Each layer
 * has its forward and its backward pass.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.model.encoder.layer;
