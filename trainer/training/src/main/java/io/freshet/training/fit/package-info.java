/** Training on a file: several epochs over all sequences, with held-out users, checkpoints and a final snapshot. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.fit;
