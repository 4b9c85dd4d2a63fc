package io.freshet.model.encoder;

import io.freshet.model.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Offsets of an encoder's parameters in the flat block that holds them all. An encoder adds its parameters once, in
 * the order of the block, when it is constructed.
 */
public final class ParameterLayout {
    private final List<Parameter> parameters = new ArrayList<>();
    private int size;

    public ParameterLayout() {}

    /**
     * One parameter, a matrix of (rows, columns).
     *
     * @param name the name in snapshots
     * @param start index of its first float in the flat block
     */
    public record Parameter(String name, int rows, int columns, int start) {
        public int size() {
            return rows * columns;
        }

        /** Returns the parameter (rows, columns) in a flat block. */
        public Matrix in(MemorySegment block) {
            return Matrix.over(block, start, rows, columns);
        }

        /** Returns the transpose (columns, rows) of the parameter in a flat block of transposed weights. */
        public Matrix transposedIn(MemorySegment block) {
            return Matrix.over(block, start, columns, rows);
        }
    }

    /** An affine map {@code y = x · weight + bias}: a weight of (in, out), a bias of (out). */
    public record Linear(Parameter weight, Parameter bias) {}

    /** The gain and the bias of a layer norm, each of (d). */
    public record Norm(Parameter gain, Parameter bias) {}

    /** Adds a parameter after the previous one. */
    public Parameter add(String name, int rows, int columns) {
        Parameter parameter = new Parameter(name, rows, columns, size);
        parameters.add(parameter);
        size += parameter.size();
        return parameter;
    }

    /** Adds the weight (in, out) and the bias (out) of an affine map. */
    public Linear linear(String name, int in, int out) {
        return new Linear(add(name + ".weight", in, out), add(name + ".bias", 1, out));
    }

    /** Adds the gain (d) and the bias (d) of a layer norm. */
    public Norm norm(String name, int d) {
        return new Norm(add(name + ".gain", 1, d), add(name + ".bias", 1, d));
    }

    /** Returns all parameters in the order of the block. */
    public List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    /** Returns the number of floats in the block. */
    public int size() {
        return size;
    }
}
