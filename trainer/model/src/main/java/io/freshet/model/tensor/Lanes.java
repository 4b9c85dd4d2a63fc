package io.freshet.model.tensor;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The only vector shape of this JVM, and the kernels' operations on single vectors.
 *
 * <p>All kernels use one shape. A second shape in the same JVM makes the Vector API's shared code polymorphic, and
 * both shapes many times slower.
 *
 * <p>The bits of a model do not depend on the shape. Layouts and sums are defined by {@value #WIDTH} virtual lanes: a
 * block of {@value #WIDTH} floats is {@code WIDTH / COUNT} vectors, which a sum over a row adds up in as many
 * accumulators. At the end {@link #sum} folds the virtual lanes in a fixed tree, by shuffles, because
 * {@code reduceLanes(ADD)} gives different bits before and after C2 has compiled it. Everything else works on each
 * lane by itself.
 */
public final class Lanes {
    static {
        requireFusedMultiplyAdd();
        KernelCompilation.leaveToC2();
    }

    /** Number of virtual lanes. Layouts are multiples of it, and it defines the order of sums over a row. */
    public static final int WIDTH = 16;

    /** Number of bytes in a block of {@link #WIDTH} floats. */
    public static final long BLOCK_BYTES = (long) WIDTH * Float.BYTES;

    /**
     * Floats of the CPU's preferred shape, with at most {@link #WIDTH} lanes. {@code -Dfreshet.lanes} sets another
     * number of lanes.
     */
    public static final VectorSpecies<Float> FLOATS = species();

    /** Ints of the same shape. */
    public static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);

    /** Number of lanes in a vector: 16 with AVX-512, 8 with AVX2, 4 with NEON. */
    public static final int COUNT = FLOATS.length();

    /** Number of bytes in a vector. */
    public static final long BYTES = (long) COUNT * Float.BYTES;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private static final VectorShuffle<Float> FOLD_1 = exchange(1);
    private static final VectorShuffle<Float> FOLD_2 = exchange(2);
    private static final VectorShuffle<Float> FOLD_4 = exchange(4);
    private static final VectorShuffle<Float> FOLD_8 = exchange(8);

    /** Lanes of the second and the fourth quarter. */
    private static final VectorMask<Float> ODD_QUARTERS =
            VectorMask.fromLong(FLOATS, lanesFrom(COUNT / 4) ^ lanesFrom(COUNT / 2) ^ lanesFrom(3 * COUNT / 4));

    private static final VectorMask<Float> UPPER_HALF = VectorMask.fromLong(FLOATS, lanesFrom(COUNT / 2));

    private static final VectorShuffle<Float> FOLD_HALF = exchange(COUNT / 2);
    private static final VectorShuffle<Float> FOLD_QUARTER = exchange(COUNT / 4);

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

    private static VectorSpecies<Float> species() {
        int preferred = Math.min(WIDTH, FloatVector.SPECIES_PREFERRED.length());
        int wanted = Integer.getInteger("freshet.lanes", preferred);
        return switch (wanted) {
            case 4 -> FloatVector.SPECIES_128;
            case 8 -> FloatVector.SPECIES_256;
            case 16 -> FloatVector.SPECIES_512;
            default ->
                throw new IllegalStateException(
                        "freshet.lanes must be 4, 8 or 16, and vectors of this CPU must have at least 4 lanes: lanes="
                                + wanted + " preferred by the CPU=" + preferred);
        };
    }

    /**
     * Requires a CPU with fused multiply-add. Without it, the JVM would compute each one with arbitrary-precision
     * arithmetic, thousands of times slower.
     */
    private static void requireFusedMultiplyAdd() {
        HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (vm != null && !Boolean.parseBoolean(vm.getVMOption("UseFMA").getValue())) {
            throw new IllegalStateException(
                    "the CPU must have fused multiply-add (x86-64: FMA3, with AVX2; any arm64 CPU has"
                            + " it), and the JVM must use it: -XX:+UseFMA is off. Without it learning is thousands of times slower."
                            + " cpu=" + System.getProperty("os.arch"));
        }
    }

    private static VectorShuffle<Float> exchange(int distance) {
        return VectorShuffle.fromOp(FLOATS, lane -> (lane ^ distance) % COUNT);
    }

    private static long lanesFrom(int lane) {
        return -(1L << lane) & (1L << COUNT) - 1;
    }

    /** Returns {@code count} rounded up to a multiple of {@link #WIDTH}. */
    public static int roundUp(int count) {
        return (count + WIDTH - 1) / WIDTH * WIDTH;
    }

    /** Reads the vector that starts {@code at} bytes into the memory. */
    public static FloatVector load(MemorySegment memory, long at) {
        return FloatVector.fromMemorySegment(FLOATS, memory, at, ORDER);
    }

    /** Writes the vector to the memory, {@code at} bytes from its start. */
    public static void store(FloatVector vector, MemorySegment memory, long at) {
        vector.intoMemorySegment(memory, at, ORDER);
    }

    /**
     * Returns the sum of all {@value #WIDTH} virtual lanes, in the order of a balanced tree (8, 4, 2, 1 apart). The
     * order depends neither on the shape nor on the compiler. Vector k holds the virtual lanes from {@code k · COUNT}
     * on. Vectors from {@code WIDTH / COUNT} on are not read.
     */
    public static float sum(FloatVector v0, FloatVector v1, FloatVector v2, FloatVector v3) {
        return sumOfLanes(fold(v0, v1, v2, v3));
    }

    /** Adds up virtual lanes until one vector is left. */
    static FloatVector fold(FloatVector v0, FloatVector v1, FloatVector v2, FloatVector v3) {
        if (COUNT == 16) {
            return v0;
        }
        return COUNT == 8 ? v0.add(v1) : v0.add(v2).add(v1.add(v3));
    }

    private static float sumOfLanes(FloatVector v) {
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

    /** Returns the largest lane, or NaN if a lane is NaN. */
    public static float largest(FloatVector v) {
        FloatVector folded = v;
        if (COUNT > 8) {
            folded = folded.max(folded.rearrange(FOLD_8));
        }
        if (COUNT > 4) {
            folded = folded.max(folded.rearrange(FOLD_4));
        }
        folded = folded.max(folded.rearrange(FOLD_2));
        return folded.max(folded.rearrange(FOLD_1)).lane(0);
    }

    /**
     * Returns the sums over the lanes of each of four vectors from {@link #fold}, in the first lanes of the four
     * quarters. Each sum has the same bits as {@link #sum}. The first fold covers two vectors at once, and the later
     * ones all four.
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
     * Returns the larger of {@code x} and a bound in each lane. NaN stays NaN. A comparison and a blend take two
     * instructions, whereas {@link FloatVector#max} takes six on x86, because of NaN and signed zeros.
     */
    public static FloatVector atLeast(FloatVector x, float bound) {
        return x.blend(bound, x.compare(VectorOperators.LT, bound));
    }

    /** Returns the smaller of {@code x} and a bound in each lane. NaN stays NaN. */
    public static FloatVector atMost(FloatVector x, float bound) {
        return x.blend(bound, x.compare(VectorOperators.GT, bound));
    }

    /** Returns {@code x} in lanes where it is positive, and +0 in the others. NaN stays NaN. */
    public static FloatVector relu(FloatVector x) {
        return x.blend(0f, x.compare(VectorOperators.LE, 0f));
    }

    /** Returns the larger of the two in each lane, or {@code max} where {@code x} is NaN. */
    public static FloatVector larger(FloatVector x, FloatVector max) {
        return max.blend(x, x.compare(VectorOperators.GT, max));
    }

    /**
     * Returns {@code e^x} in each lane, within 2 ulp. Below -87 the result is {@code e^-87}, about 1e-38. Above 88.3
     * it is infinite, so that a sum over it shows the overflow.
     */
    public static FloatVector exp(FloatVector x) {
        FloatVector clamped = atMost(atLeast(x, EXP_MIN), EXP_MAX);
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
     * Returns {@code 2^x} in each lane, within 3 ulp, for x below 127. A sum of shares takes two thirds of the time
     * that it takes with {@link #exp}. Below -126 the result is {@code 2^-126}. The polynomial is that of Cephes'
     * {@code exp2f} over [-½, ½].
     */
    public static FloatVector exp2(FloatVector x) {
        FloatVector clamped = atLeast(x, EXP2_MIN);
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
     * Returns {@code log x} in each lane, within 2 ulp or 1e-7, for x positive, normal and finite. The polynomial is
     * that of Cephes' {@code logf} over [√½, √2).
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
