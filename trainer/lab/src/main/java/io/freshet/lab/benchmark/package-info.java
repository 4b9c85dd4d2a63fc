/** Benchmarks of a whole operation: training steps, online steps, and searches among items. */
@NullMarked
package io.freshet.lab.benchmark;

import org.jspecify.annotations.NullMarked;
