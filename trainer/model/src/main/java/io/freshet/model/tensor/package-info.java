/**
 * Float32 memory owned by ND4J, the kernels that work on it (matrix products, exponentials, row reductions), and the worker
 * threads that run them.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.model.tensor;
