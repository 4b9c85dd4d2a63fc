/**
 * Losses over the next item, computed tile by tile so that no (tokens × items) matrix ever stands in memory, with the
 * gradients of hidden states and items. {@link io.freshet.loss.LossConfig} has their formulas,
 * {@link io.freshet.loss.BatchLoss} computes them.
 */
@NullMarked
package io.freshet.loss;

import org.jspecify.annotations.NullMarked;
