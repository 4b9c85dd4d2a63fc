/**
 * Measures the rates of a machine: reading memory, multiplying matrices and adding vectors. Benchmarks compare their
 * results with these rates.
 */
@NullMarked
package io.freshet.lab.yardstick;

import org.jspecify.annotations.NullMarked;
