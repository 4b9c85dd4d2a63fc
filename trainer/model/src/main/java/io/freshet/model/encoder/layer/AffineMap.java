package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.ParameterLayout.Linear;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;

/** {@code y = x · W + b} for rows of x (rows, in) and y (rows, out), forward and backward. */
public record AffineMap(Products products, Linear linear) {
    /** Computes {@code y = x · W + b} for the first {@code rows} rows. */
    public void forward(Matrix x, int rows, MemorySegment weights, Matrix y) {
        Matrix weight = linear.weight().in(weights);
        products.multiplyAdding(linear.bias().in(weights), x.rows(0, rows), weight, y.rows(0, rows));
    }

    /** Adds {@code dW = xᵀ · dy} and {@code db = Σ dy}. */
    public void backward(Matrix x, Matrix dy, int rows, MemorySegment gradients) {
        Matrix dWeight = linear.weight().in(gradients);
        products.multiplyTransposed(x.rows(0, rows), dy.rows(0, rows), dWeight, true);
        Rows.addAll(dy, 0, rows, gradients, (long) linear.bias().start() * Float.BYTES, dWeight.columns());
    }

    /** Computes {@code dx = dy · Wᵀ}, or {@code dx += dy · Wᵀ} if {@code accumulate}. */
    public void backwardInput(Matrix dy, int rows, MemorySegment transposed, Matrix dx, boolean accumulate) {
        Matrix weight = linear.weight().transposedIn(transposed);
        products.multiply(dy.rows(0, rows), weight, dx.rows(0, rows), accumulate);
    }

    /** Writes the transpose of a weight (in, out) to the same offset of a second block. */
    public static void transpose(Parameter weight, MemorySegment weights, MemorySegment transposed) {
        weight.transposedIn(transposed).transposeFrom(weight.in(weights), weight.rows());
    }
}
