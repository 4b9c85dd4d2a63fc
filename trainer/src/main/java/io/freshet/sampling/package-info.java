/** Random numbers that depend on nothing but their coordinates, and the negatives that are drawn with them. */
@NullMarked
package io.freshet.sampling;

import org.jspecify.annotations.NullMarked;
