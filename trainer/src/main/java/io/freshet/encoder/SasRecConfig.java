package io.freshet.encoder;

import io.freshet.tensor.Lanes;

/**
 * The shape of the encoder.
 *
 * @param dim width of an item's vector and of every layer, a multiple of {@link Lanes#WIDTH}
 * @param maxLength positions that the encoder sees; older ones are cut off
 * @param blocks attention blocks
 * @param heads attention heads of a block
 */
public record SasRecConfig(int dim, int maxLength, int blocks, int heads) {
    public SasRecConfig {
        if (dim <= 0 || dim % Lanes.WIDTH != 0) {
            throw new IllegalArgumentException("dim must be a multiple of " + Lanes.WIDTH + ": dim=" + dim);
        }
        if (maxLength < 1) {
            throw new IllegalArgumentException("maxLength must be positive: maxLength=" + maxLength);
        }
        if (blocks < 1) {
            throw new IllegalArgumentException("blocks must be positive: blocks=" + blocks);
        }
        if (heads < 1 || dim % heads != 0 || dim / heads % Lanes.WIDTH != 0) {
            throw new IllegalArgumentException(
                    "heads must divide dim into multiples of " + Lanes.WIDTH + ": heads=" + heads + ", dim=" + dim);
        }
    }

    /** Width of one head. */
    int headDim() {
        return dim / heads;
    }
}
