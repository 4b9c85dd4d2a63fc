/** The {@code trainer} role of a process: the online trainer on a thread of its own. */
@NullMarked
package io.freshet.training;

import org.jspecify.annotations.NullMarked;
