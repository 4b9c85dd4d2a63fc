/** Training on a file: several epochs over all sequences, with held-out users, checkpoints and a final snapshot. */
@NullMarked
package io.freshet.training.fit;

import org.jspecify.annotations.NullMarked;
