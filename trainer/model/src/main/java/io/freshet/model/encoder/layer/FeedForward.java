package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.ParameterBlocks;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.ParameterLayout.Linear;
import io.freshet.model.encoder.ParameterLayout.Norm;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The feed-forward half of a block, followed by a norm (Vaswani et al., arXiv 1706.03762, section 3.3, with GELU):
 *
 * <pre>
 * A = Z·W1 + b1;  Y = norm(Z + dropout(gelu(A)·W2 + b2))          Z, Y (rows, d), A (rows, 4 d)
 * </pre>
 *
 * <p>It keeps A and the norm's x̂. The backward pass computes gelu(A) again for one tile of rows at a time. The tile stays in
 * the second-level cache until the products have read it.
 */
public final class FeedForward {
    /** Width of A in multiples of the width of Z. */
    public static final int WIDE = 4;

    /** Number of rows of a tile. It does not affect the bits of the result. */
    public static final int TILE = 96;

    private final AffineMap hidden;
    private final AffineMap projection;
    private final ResidualNorm norm;
    private final Matrix a; // (rows, 4 d)
    private final Tiles tiles;

    /** The parameters: W1 (d, 4 d), b1, W2 (4 d, d), b2, and the norm's. */
    public record Parameters(Linear hidden, Linear projection, Norm norm) {
        public static Parameters of(ParameterLayout all, String prefix, int d) {
            return new Parameters(
                    all.linear(prefix + "hidden", d, WIDE * d),
                    all.linear(prefix + "projection", WIDE * d, d),
                    all.norm(prefix + "forward_norm", d));
        }

        public List<Linear> linears() {
            return List.of(hidden, projection);
        }

        /** Returns the floating-point operations of the matrix products of one forward pass over {@code rows} rows. */
        public static double flops(double rows, double d) {
            return rows * 4 * WIDE * d * d;
        }
    }

    /** A matrix whose rows can be computed again. */
    @FunctionalInterface
    public interface Restorable {
        /** Computes rows {@code first} to {@code first + rows} again and writes them to {@code to} from row 0 on. */
        void restore(int first, int rows, MemorySegment weights, Matrix to);
    }

    /** Memory for one tile, shared by all blocks of an encoder. */
    public record Tiles(Matrix f, Matrix df, Matrix z, Matrix dz) { // (TILE, 4 d), (TILE, 4 d), (TILE, d), (TILE, d)
        public static Tiles allocate(int d, ScratchMemory memory) {
            return new Tiles(
                    memory.matrix(TILE, WIDE * d),
                    memory.matrix(TILE, WIDE * d),
                    memory.matrix(TILE, d),
                    memory.matrix(TILE, d));
        }
    }

    /**
     * @param a memory for A (rows, 4 d)
     */
    public FeedForward(Products products, Parameters p, ResidualNorm norm, Matrix a, Tiles tiles) {
        this.hidden = new AffineMap(products, p.hidden());
        this.projection = new AffineMap(products, p.projection());
        this.norm = norm;
        this.a = a;
        this.tiles = tiles;
    }

    public ResidualNorm norm() {
        return norm;
    }

    /**
     * Computes the result for each row.
     *
     * @param z (rows, d)
     * @param y receives the result (rows, d)
     */
    public void forward(Matrix z, int rows, RowNumbers numbers, MemorySegment weights, Matrix y) {
        for (int first = 0; first < rows; first += TILE) {
            int n = Math.min(TILE, rows - first);
            Matrix tile = a.rows(first, n);
            hidden.forward(z.rows(first, n), n, weights, tile);
            Gelu.forward(tile, tiles.f());
            projection.forward(tiles.f(), n, weights, y.rows(first, n));
        }
        norm.forward(z, rows, numbers, weights, y);
    }

    /**
     * Computes the gradient of the input, and adds those of the weights.
     *
     * @param z the input of the forward pass
     * @param dy gradient of the result (rows, d), replaced by that of z
     */
    public void backward(Restorable z, Matrix dy, int rows, RowNumbers numbers, ParameterBlocks blocks) {
        norm.backward(dy, rows, blocks);
        for (int first = 0; first < rows; first += TILE) {
            int n = Math.min(TILE, rows - first);
            norm.backwardDropout(dy, first, n, numbers, tiles.dz());
            projection.backwardInput(tiles.dz(), n, blocks.transposed(), tiles.df(), false);
            Gelu.backward(a.rows(first, n), tiles.df(), tiles.f());
            projection.backward(tiles.f(), tiles.dz(), n, blocks.gradients());
            z.restore(first, n, blocks.weights(), tiles.z());
            hidden.backward(tiles.z(), tiles.df(), n, blocks.gradients());
            hidden.backwardInput(tiles.df(), n, blocks.transposed(), dy.rows(first, n), true);
        }
    }
}
