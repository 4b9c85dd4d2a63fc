/** Popular items: counts clicks with a decay over time, and merges the counts of all partitions into one list. */
@NullMarked
package io.freshet.service.popularity;

import org.jspecify.annotations.NullMarked;
