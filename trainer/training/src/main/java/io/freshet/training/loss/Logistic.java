package io.freshet.training.loss;

import io.freshet.model.tensor.Lanes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Binary classification of the target and of each candidate: NCE (Gutmann and Hyvärinen, AISTATS 2010), NEG (Mikolov
 * et al., NeurIPS 2013) and BCE (Kang and McAuley, ICDM 2018), as compared by Xu et al. (arXiv 2408.14238). With x
 * the score s plus its {@link ScoreCorrection}:
 *
 * <pre>
 * ℓ = -log σ(x⁺) - Σᵢ log(1 - σ(xᵢ)),   dℓ/ds⁺ = -σ(-x⁺),   dℓ/dsᵢ = σ(xᵢ)
 * -log σ(x) = softplus(-x),   -log(1 - σ(x)) = softplus(x) = max(x, 0) + log(1 + exp(-|x|))
 * </pre>
 *
 * <p>For {@value #BLOCK} candidates only one logarithm is taken, of a product that is at most 2^{@value #BLOCK},
 * because that is less work.
 */
record Logistic() implements LossFunction {
    private static final int BLOCK = 64;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Override
    public void begin(ScoreTile tile) {
        for (long lane = 0; lane < ScoreTile.ROW_BYTES; lane += Lanes.BYTES) {
            Lanes.store(FloatVector.broadcast(Lanes.FLOATS, -tile.correction()), tile.shifts(), lane);
        }
        tile.sums().fill((byte) 0);
        tile.targetDerivatives().fill((byte) 0);
    }

    @Override
    public void derive(ScoreTile tile, int from, int rows, int states) {
        classify(tile, from, rows, states);
    }

    /**
     * With x = s - shift, replaces s by σ(x), adds softplus(x) to the sums, and subtracts σ(x) from the targets'
     * derivatives. Overwrites the scales.
     */
    static void classify(ScoreTile tile, int from, int rows, int states) {
        for (int block = 0; block < rows; block += BLOCK) {
            int count = Math.min(BLOCK, rows - block);
            for (long lane = 0; lane < ScoreTile.laneBytes(states); lane += Lanes.BYTES) {
                classify(tile.scores().memory(), tile.scores().at(from + block) + lane, count, tile, lane);
            }
            for (long lane = 0; lane < ScoreTile.laneBytes(states); lane += Lanes.BYTES) {
                FloatVector logarithm = Lanes.log(Lanes.load(tile.scales(), lane));
                Lanes.store(Lanes.load(tile.sums(), lane).add(logarithm), tile.sums(), lane);
            }
        }
    }

    /**
     * Does everything except the logarithm, and leaves the product whose logarithm is to be taken in the scales.
     * Loads and stores call the Vector API directly: with the exponential, the method is so large that C2 inlines no
     * more of our methods, and a vector that is passed to a call becomes an object. Sums are arguments, not
     * receivers, because C2 does not know the class of a value that is carried around the loop.
     */
    private static void classify(MemorySegment scores, long at, int rows, ScoreTile tile, long lane) {
        FloatVector shift = Lanes.load(tile.shifts(), lane);
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        FloatVector shares = FloatVector.zero(Lanes.FLOATS);
        FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1f);
        FloatVector product = one;
        for (int row = 0; row < rows; row++) {
            long here = at + row * ScoreTile.ROW_BYTES;
            FloatVector x = FloatVector.fromMemorySegment(Lanes.FLOATS, scores, here, ORDER)
                    .sub(shift);
            FloatVector e = Lanes.exp(x.abs().neg());
            FloatVector divisor = e.add(1f);
            FloatVector share = one.blend(e, x.compare(VectorOperators.LT, 0f)).div(divisor);
            share.intoMemorySegment(scores, here, ORDER);
            shares = share.add(shares);
            product = divisor.mul(product);
            sum = Lanes.relu(x).add(sum);
        }
        product.intoMemorySegment(tile.scales(), lane, ORDER);
        FloatVector.fromMemorySegment(Lanes.FLOATS, tile.sums(), lane, ORDER)
                .add(sum)
                .intoMemorySegment(tile.sums(), lane, ORDER);
        FloatVector.fromMemorySegment(Lanes.FLOATS, tile.targetDerivatives(), lane, ORDER)
                .sub(shares)
                .intoMemorySegment(tile.targetDerivatives(), lane, ORDER);
    }

    @Override
    public void finish(ScoreTile tile, int states) {
        FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1f);
        for (long lane = 0; lane < ScoreTile.laneBytes(states); lane += Lanes.BYTES) {
            FloatVector x = Lanes.load(tile.targetScores(), lane).neg();
            FloatVector e = Lanes.exp(x.abs().neg());
            FloatVector own = Lanes.relu(x).add(Lanes.log(e.add(1f)));
            Lanes.store(own.add(Lanes.load(tile.sums(), lane)), tile.losses(), lane);
            Lanes.store(sigmoid(x, e).neg(), tile.targetDerivatives(), lane);
            Lanes.store(one, tile.scales(), lane);
        }
    }

    /** Returns σ(x), given {@code e = exp(-|x|)}. */
    private static FloatVector sigmoid(FloatVector x, FloatVector e) {
        FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1f);
        return one.blend(e, x.compare(VectorOperators.LT, 0f)).div(e.add(1f));
    }
}
