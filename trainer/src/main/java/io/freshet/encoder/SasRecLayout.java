package io.freshet.encoder;

import java.util.ArrayList;
import java.util.List;

/**
 * Where each of the encoder's parameters stands in the one flat block that holds them all. A linear layer computes
 * {@code y = x · weight + bias} with a weight of (in, out).
 *
 * <pre>
 * positions                        (maxLength, d)
 * for each block:
 *   attention_norm.{gain,bias}     (d)
 *   {query,key,value,output}.weight (d, d)   .bias (d)
 *   forward_norm.{gain,bias}       (d)
 *   {hidden,projection}.weight     (d, d)    .bias (d)
 * final_norm.{gain,bias}           (d)
 * </pre>
 */
public final class SasRecLayout {
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final Parameter positions;
    private final Norm finalNorm;
    private int size;

    public SasRecLayout(SasRecConfig config) {
        int d = config.dim();
        positions = add("positions", config.maxLength(), d);
        for (int i = 0; i < config.blocks(); i++) {
            blocks.add(new Block(
                    norm("blocks." + i + ".attention_norm", d),
                    linear("blocks." + i + ".query", d),
                    linear("blocks." + i + ".key", d),
                    linear("blocks." + i + ".value", d),
                    linear("blocks." + i + ".output", d),
                    norm("blocks." + i + ".forward_norm", d),
                    linear("blocks." + i + ".hidden", d),
                    linear("blocks." + i + ".projection", d)));
        }
        finalNorm = norm("final_norm", d);
    }

    /**
     * One parameter.
     *
     * @param start its first float in the flat block
     */
    public record Parameter(String name, int rows, int columns, int start) {
        public int size() {
            return rows * columns;
        }
    }

    record Linear(Parameter weight, Parameter bias) {}

    record Norm(Parameter gain, Parameter bias) {}

    record Block(
            Norm attentionNorm,
            Linear query,
            Linear key,
            Linear value,
            Linear output,
            Norm forwardNorm,
            Linear hidden,
            Linear projection) {}

    private Linear linear(String name, int d) {
        return new Linear(add(name + ".weight", d, d), add(name + ".bias", 1, d));
    }

    private Norm norm(String name, int d) {
        return new Norm(add(name + ".gain", 1, d), add(name + ".bias", 1, d));
    }

    private Parameter add(String name, int rows, int columns) {
        Parameter parameter = new Parameter(name, rows, columns, size);
        parameters.add(parameter);
        size += parameter.size();
        return parameter;
    }

    /** All parameters in the order of the block. */
    public List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    /** Floats in the block. */
    public int size() {
        return size;
    }

    List<Block> blocks() {
        return blocks;
    }

    Parameter positions() {
        return positions;
    }

    Norm finalNorm() {
        return finalNorm;
    }
}
