/** Popular items: counts clicks with a decay over time, and merges the counts of all partitions into one list. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.popularity;
