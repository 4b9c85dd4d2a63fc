/**
 * The benchmarks' own: what the machine can do at best, measured beside every kernel, and the report that holds the two
 * against each other. The benchmarks themselves stand in the packages of their kernels.
 */
@NullMarked
package io.freshet.bench;

import org.jspecify.annotations.NullMarked;
