package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.ParameterLayout.Linear;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;

/** {@code y = x · W + b} for rows of x (rows, in) and y (rows, out), forward and backward. */
public record AffineMap(Products products, Linear linear) {
    private int in() {
        return linear.weight().rows();
    }

    private int out() {
        return linear.weight().columns();
    }

    /** Computes {@code y = x · W + b} for the first {@code rows} rows. */
    public void forward(Matrix x, int rows, MemorySegment weights, Matrix y) {
        Matrix weight = Matrix.over(weights, linear.weight().start(), out());
        long biasAt = (long) linear.bias().start() * Float.BYTES;
        products.multiplyAdding(weights, biasAt, x, 0, weight, 0, y, 0, rows, out(), in());
    }

    /** Adds {@code dW = xᵀ · dy} and {@code db = Σ dy}. */
    public void backward(Matrix x, Matrix dy, int rows, MemorySegment gradients) {
        Matrix dWeight = Matrix.over(gradients, linear.weight().start(), out());
        products.multiplyTransposed(x, 0, dy, 0, dWeight, 0, in(), out(), rows, true);
        Rows.addAll(dy, 0, rows, gradients, (long) linear.bias().start() * Float.BYTES, out());
    }

    /** Computes {@code dx = dy · Wᵀ}, or {@code dx += dy · Wᵀ} if {@code accumulate}. */
    public void backwardInput(Matrix dy, int rows, MemorySegment transposed, Matrix dx, boolean accumulate) {
        Matrix weight = Matrix.over(transposed, linear.weight().start(), in());
        products.multiply(dy, 0, weight, 0, dx, 0, rows, in(), out(), accumulate);
    }

    /** Writes the transpose of a weight (in, out) to the same offset of a second block. */
    public static void transpose(Parameter weight, MemorySegment weights, MemorySegment transposed) {
        Matrix to = Matrix.over(transposed, weight.start(), weight.rows());
        to.transposeFrom(
                Matrix.over(weights, weight.start(), weight.columns()),
                0,
                weight.rows(),
                weight.columns(),
                weight.rows());
    }
}
