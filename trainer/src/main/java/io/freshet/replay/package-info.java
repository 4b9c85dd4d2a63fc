/** The reservoir of earlier sequences that the learner mixes with the newest clicks, and the file that keeps it. */
@NullMarked
package io.freshet.replay;

import org.jspecify.annotations.NullMarked;
