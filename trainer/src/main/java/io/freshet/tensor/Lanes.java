package io.freshet.tensor;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The one vector shape of this JVM and what the kernels do with single vectors.
 *
 * <p>One shape everywhere: a second one in the same JVM makes the Vector API's shared code polymorphic and both of them
 * many times slower. Sums across lanes go through a fixed tree of shuffles, because {@code reduceLanes(ADD)} gives other
 * bits before C2 has compiled it than after.
 */
public final class Lanes {
    static {
        KernelCompilation.leaveToC2();
    }

    /** Floats of the widest shape that this CPU prefers. */
    public static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    /** Ints of the same shape. */
    public static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

    /** Lanes in a vector: 16 with AVX-512, 8 with AVX2. */
    public static final int COUNT = FLOATS.length();

    /** Bytes in a vector. */
    public static final long BYTES = (long) COUNT * Float.BYTES;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private static final VectorShuffle<Float> FOLD_1 = fold(1);
    private static final VectorShuffle<Float> FOLD_2 = fold(2);
    private static final VectorShuffle<Float> FOLD_4 = fold(4);
    private static final VectorShuffle<Float> FOLD_8 = fold(8);

    /** Every other quarter of the lanes, and the other half of them. */
    private static final VectorMask<Float> ODD_QUARTERS =
            VectorMask.fromLong(FLOATS, lanesFrom(COUNT / 4) ^ lanesFrom(COUNT / 2) ^ lanesFrom(3 * COUNT / 4));

    private static final VectorMask<Float> UPPER_HALF = VectorMask.fromLong(FLOATS, lanesFrom(COUNT / 2));

    private static final VectorShuffle<Float> FOLD_HALF = fold(COUNT / 2);
    private static final VectorShuffle<Float> FOLD_QUARTER = fold(COUNT / 4);

    /** {@code log2 e}: {@code e^x = 2^(x · LOG2_E)}. */
    public static final float LOG2_E = 1.442695f;

    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -2.1219444e-4f;
    /** Adding 1.5 · 2^23 rounds to the nearest integer and leaves it in the low bits. */
    private static final float ROUND = 12582912f;

    private static final float EXP_MIN = -87f;
    private static final float EXP_MAX = 88.3f;
    private static final float EXP2_MIN = -126f;

    private static final int SQRT_HALF_BITS = 0x3f3504f3;
    private static final int ONE_BITS = 0x3f800000;
    private static final int MANTISSA = 0x007fffff;
    /** The bits of {@link #ROUND}: an integer added to them is one added to the float. */
    private static final int ROUND_BITS = 0x4b400000;

    private static final int EXPONENT_BIAS = 127;

    private Lanes() {}

    private static VectorShuffle<Float> fold(int distance) {
        return VectorShuffle.fromOp(FLOATS, lane -> lane ^ distance);
    }

    private static long lanesFrom(int lane) {
        return -(1L << lane) & (1L << COUNT) - 1;
    }

    /** {@code count} rounded up to whole vectors. */
    public static int roundUp(int count) {
        return (count + COUNT - 1) / COUNT * COUNT;
    }

    /** The vector that starts {@code at} bytes into the memory. */
    public static FloatVector load(MemorySegment memory, long at) {
        return FloatVector.fromMemorySegment(FLOATS, memory, at, ORDER);
    }

    /** Writes the vector {@code at} bytes into the memory. */
    public static void store(FloatVector vector, MemorySegment memory, long at) {
        vector.intoMemorySegment(memory, at, ORDER);
    }

    /** The sum of all lanes, in the order of a balanced tree, whatever compiled this method. */
    public static float sum(FloatVector v) {
        FloatVector folded = v;
        if (COUNT > 8) {
            folded = folded.add(folded.rearrange(FOLD_8));
        }
        if (COUNT > 4) {
            folded = folded.add(folded.rearrange(FOLD_4));
        }
        folded = folded.add(folded.rearrange(FOLD_2));
        return folded.add(folded.rearrange(FOLD_1)).lane(0);
    }

    /**
     * The sums of all lanes of four vectors, in the first lanes of the four quarters, each to the bits of {@link #sum}: the first
     * two folds are made for two vectors and for four at once.
     */
    static FloatVector sums(FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
        FloatVector ac = a.blend(c, UPPER_HALF).add(c.blend(a, UPPER_HALF).rearrange(FOLD_HALF));
        FloatVector bd = b.blend(d, UPPER_HALF).add(d.blend(b, UPPER_HALF).rearrange(FOLD_HALF));
        FloatVector folded =
                ac.blend(bd, ODD_QUARTERS).add(bd.blend(ac, ODD_QUARTERS).rearrange(FOLD_QUARTER));
        if (COUNT > 8) {
            folded = folded.add(folded.rearrange(FOLD_2));
        }
        return COUNT > 4 ? folded.add(folded.rearrange(FOLD_1)) : folded;
    }

    /**
     * {@code e^x} in each lane, within 2 ulp. Below -87 the result is {@code e^-87}, about 1e-38; above 88.3 it is
     * infinite, so that a sum over it shows the overflow.
     */
    public static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.max(EXP_MIN).min(EXP_MAX);
        FloatVector rounded = clamped.fma(FloatVector.broadcast(FLOATS, LOG2_E), FloatVector.broadcast(FLOATS, ROUND));
        FloatVector n = rounded.sub(ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), clamped);
        r = n.fma(FloatVector.broadcast(FLOATS, -LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(FLOATS, 1.9875691e-4f);
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0.0013981999f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0.008333452f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0.041665796f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0.16666666f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0.5f));
        p = p.fma(r.mul(r), r.add(1f));
        IntVector exponent = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        FloatVector scaled = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
        return scaled.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_MAX));
    }

    /**
     * {@code 2^x} in each lane, within 3 ulp, for x of at most 1: a sum of shares takes two thirds of what it takes with
     * {@link #exp}. Below -126 the result is {@code 2^-126}. The polynomial is that of Cephes' {@code exp2f} over [-½, ½].
     */
    public static FloatVector exp2(FloatVector x) {
        FloatVector clamped = x.max(EXP2_MIN);
        FloatVector rounded = clamped.add(ROUND);
        FloatVector r = clamped.sub(rounded.sub(ROUND));
        FloatVector p = FloatVector.broadcast(FLOATS, 1.5353362e-4f);
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0.0013398874f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0.009618437f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0.055503324f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0.24022648f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0.6931472f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1f));
        IntVector exponent = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    }

    /**
     * {@code log x} in each lane, within 2 ulp or 1e-7, for x positive, normal and finite: the polynomial of Cephes'
     * {@code logf} over [√½, √2).
     */
    public static FloatVector log(FloatVector x) {
        IntVector bits = x.reinterpretAsInts().add(ONE_BITS - SQRT_HALF_BITS);
        IntVector exponent = bits.lanewise(VectorOperators.LSHR, 23);
        FloatVector n =
                exponent.add(ROUND_BITS - EXPONENT_BIAS).reinterpretAsFloats().sub(ROUND);
        FloatVector f =
                bits.and(MANTISSA).add(SQRT_HALF_BITS).reinterpretAsFloats().sub(1f);
        FloatVector p = FloatVector.broadcast(FLOATS, 0.070376836f);
        p = p.fma(f, FloatVector.broadcast(FLOATS, -0.1151461f));
        p = p.fma(f, FloatVector.broadcast(FLOATS, 0.116769984f));
        p = p.fma(f, FloatVector.broadcast(FLOATS, -0.12420141f));
        p = p.fma(f, FloatVector.broadcast(FLOATS, 0.14249323f));
        p = p.fma(f, FloatVector.broadcast(FLOATS, -0.16668057f));
        p = p.fma(f, FloatVector.broadcast(FLOATS, 0.20000714f));
        p = p.fma(f, FloatVector.broadcast(FLOATS, -0.24999994f));
        p = p.fma(f, FloatVector.broadcast(FLOATS, 0.3333333f));
        FloatVector square = f.mul(f);
        FloatVector tail = n.mul(LN2_LOW).add(p.mul(f).mul(square)).sub(square.mul(0.5f));
        return n.fma(FloatVector.broadcast(FLOATS, LN2_HIGH), f.add(tail));
    }
}
