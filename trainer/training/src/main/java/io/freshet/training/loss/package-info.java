/**
 * Losses over the next item, with the gradients of hidden states and items. They are computed tile by tile, so that
 * no (tokens × items) matrix is ever in memory. {@link io.freshet.training.loss.LossConfig} has the formulas,
 * {@link io.freshet.training.loss.BatchLoss} computes them.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.training.loss;
