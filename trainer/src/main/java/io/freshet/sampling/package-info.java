/** Random numbers that depend only on their coordinates, and the negatives drawn with them. */
@NullMarked
package io.freshet.sampling;

import org.jspecify.annotations.NullMarked;
