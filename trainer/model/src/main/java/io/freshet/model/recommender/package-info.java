/**
 * The model itself: item vectors, the parameters of the encoder, the vocabulary and the co-occurrence memory, and how
 * a snapshot stores them.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.model.recommender;
