/**
 * Measures the rates of a machine: reading memory, multiplying matrices and adding vectors. Benchmarks compare their
 * results with these rates.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.lab.yardstick;
