/**
 * Float32 memory that ND4J owns, and the few kernels that work on it: matrix products, exponentials, row reductions,
 * and the worker threads that share them out.
 */
@NullMarked
package io.freshet.tensor;

import org.jspecify.annotations.NullMarked;
