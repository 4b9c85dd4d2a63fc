/** Benchmarks of a whole operation: training steps, online steps, and searches among items. */
@org.jspecify.annotations.NullMarked
package io.freshet.lab.benchmark;
