/**
 * The learner: one optimiser step on a batch of examples, the rows that the step changed, and how a snapshot stores
 * the state of the optimiser.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.training.learner;
