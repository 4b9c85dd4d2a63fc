package io.freshet.encoder;

import java.util.ArrayList;
import java.util.List;

/**
 * Where each parameter of an encoder lies in the one flat block that holds them all. An encoder adds its parameters once, in the
 * order of the block, when it is constructed.
 */
public final class ParameterLayout {
    private final List<Parameter> parameters = new ArrayList<>();
    private int size;

    public ParameterLayout() {}

    /**
     * One parameter, a matrix of (rows, columns).
     *
     * @param name as snapshots have it
     * @param start its first float in the flat block
     */
    public record Parameter(String name, int rows, int columns, int start) {
        public int size() {
            return rows * columns;
        }
    }

    /** An affine map {@code y = x · weight + bias}: a weight of (in, out), a bias of (out). */
    record Linear(Parameter weight, Parameter bias) {}

    /** The gain and the bias of a layer norm, each of (d). */
    record Norm(Parameter gain, Parameter bias) {}

    /** Lays out the next parameter. */
    public Parameter add(String name, int rows, int columns) {
        Parameter parameter = new Parameter(name, rows, columns, size);
        parameters.add(parameter);
        size += parameter.size();
        return parameter;
    }

    Linear linear(String name, int in, int out) {
        return new Linear(add(name + ".weight", in, out), add(name + ".bias", 1, out));
    }

    Norm norm(String name, int d) {
        return new Norm(add(name + ".gain", 1, d), add(name + ".bias", 1, d));
    }

    /** All parameters in the order of the block. */
    public List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    /** Floats in the block. */
    public int size() {
        return size;
    }
}
