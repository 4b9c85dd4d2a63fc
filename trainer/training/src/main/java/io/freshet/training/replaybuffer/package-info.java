/** The reservoir of earlier sequences that the learner mixes with the newest clicks, and the file that keeps it. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.replaybuffer;
