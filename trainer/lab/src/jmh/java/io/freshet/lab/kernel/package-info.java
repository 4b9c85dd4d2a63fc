/**
 * Support for the benchmarks: the machine's limits, measured beside every kernel, and the report that compares kernels with
 * them. The benchmarks themselves are in the packages of their kernels.
 */
@NullMarked
package io.freshet.lab.kernel;

import org.jspecify.annotations.NullMarked;
