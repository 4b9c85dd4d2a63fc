package io.freshet.model.encoder;

import io.freshet.model.random.CounterRandom;
import io.freshet.model.tensor.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Inverted dropout whose mask is a hash of (key, element). The backward pass computes the mask again instead of keeping it.
 * The mask does not depend on how tokens are cut into chunks.
 *
 * <p>The hash of an element is the 32-bit finaliser "lowbias32" of C. Wellons' hash prospector.
 *
 * @param rate share of the elements that are set to zero
 * @param key hash of seed, step, purpose and layer
 */
public record Dropout(float rate, int key) {
    /** No dropout, for serving and evaluation. */
    public static final Dropout NONE = new Dropout(0f, 0);

    /** Returns the dropout of one layer at one step. */
    public static Dropout of(float rate, long seed, long step, CounterRandom.Purpose purpose, int layer) {
        return rate == 0f ? NONE : new Dropout(rate, (int) CounterRandom.bits(seed, step, purpose, layer));
    }

    /** Returns whether nothing is dropped. */
    public boolean isNone() {
        return rate == 0f;
    }

    /**
     * Applies dropout to a row of {@code count} floats, a multiple of {@link Lanes#WIDTH}. Both rows may be the same.
     *
     * @param element the element number of the row's first float
     */
    public void apply(MemorySegment from, long fromAt, int element, MemorySegment to, long toAt, int count) {
        for (int c = 0; c < count; c += Lanes.COUNT) {
            long bytes = (long) c * Float.BYTES;
            Lanes.store(apply(Lanes.load(from, fromAt + bytes), element + c), to, toAt + bytes);
        }
    }

    /**
     * Returns {@code x}, scaled by 1 / (1 - rate), in the lanes that are kept, and 0 in the others. {@code element} is the
     * element number of the first lane.
     */
    public FloatVector apply(FloatVector x, int element) {
        if (isNone()) {
            return x;
        }
        IntVector hash = IntVector.broadcast(Lanes.INTS, element)
                .addIndex(1)
                .mul(0x9E3779B9)
                .add(key);
        hash = hash.lanewise(VectorOperators.XOR, hash.lanewise(VectorOperators.LSHR, 16))
                .mul(0x7feb352d);
        hash = hash.lanewise(VectorOperators.XOR, hash.lanewise(VectorOperators.LSHR, 15))
                .mul(0x846ca68b);
        // The high 24 bits, as a number in [0, 2^24).
        IntVector uniform = hash.lanewise(VectorOperators.LSHR, 8);
        VectorMask<Float> kept =
                uniform.compare(VectorOperators.GE, (int) (rate * (1 << 24))).cast(Lanes.FLOATS);
        return FloatVector.zero(Lanes.FLOATS).blend(x.mul(1f / (1f - rate)), kept);
    }
}
