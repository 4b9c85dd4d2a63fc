package io.freshet.sampling;

import java.nio.charset.StandardCharsets;

/**
 * A counter-based generator: each number is a hash of its coordinates (seed, step, purpose, index), so that it does not
 * matter who draws it, when, or in which order. Nothing is kept between draws.
 *
 * <p>The hash is the finaliser of SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators",
 * OOPSLA 2014), applied once for each coordinate.
 */
public final class CounterRandom {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private CounterRandom() {}

    /** What a number is for: draws for different purposes are independent of each other. */
    public enum Purpose {
        INITIAL_WEIGHTS(1),
        ITEM_ROW(2),
        NEGATIVES(3),
        REPLAY_DRAW(4),
        REPLAY_REPLACE(5),
        DROPOUT_INPUT(6),
        DROPOUT_ATTENTION(7),
        DROPOUT_HIDDEN(8),
        DROPOUT_OUTPUT(9),
        SHUFFLE(10),
        TARGETS(11);

        private final int code; // part of every draw: a number that changes changes all models

        Purpose(int code) {
            this.code = code;
        }
    }

    /** 64 random bits. */
    public static long bits(long seed, long step, Purpose purpose, long index) {
        long hash = mix(seed + GOLDEN_GAMMA);
        hash = mix(hash ^ (step + 1) * GOLDEN_GAMMA);
        hash = mix(hash ^ purpose.code * GOLDEN_GAMMA);
        return mix(hash ^ (index + 1) * GOLDEN_GAMMA);
    }

    /** A number in [0, bound), each as likely as the others to within bound / 2^63. */
    public static long below(long bound, long seed, long step, Purpose purpose, long index) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive: bound=" + bound);
        }
        return Math.unsignedMultiplyHigh(bits(seed, step, purpose, index), bound);
    }

    /** A number in [0, 1), a multiple of 2^-24. */
    public static float uniform(long seed, long step, Purpose purpose, long index) {
        return (bits(seed, step, purpose, index) >>> 40) * 0x1p-24f;
    }

    /**
     * A standard normal number, by Box and Muller's method. {@link StrictMath} keeps the bits the same on every JVM.
     */
    public static float normal(long seed, long step, Purpose purpose, long index) {
        long bits = bits(seed, step, purpose, index);
        double radius = StrictMath.sqrt(-2 * StrictMath.log(((bits >>> 32) + 1) * 0x1p-32));
        return (float) (radius * StrictMath.cos(2 * Math.PI * (bits & 0xFFFFFFFFL) * 0x1p-32));
    }

    /** A 64-bit hash of an id, for use as a coordinate. */
    public static long hash(String id) {
        long hash = GOLDEN_GAMMA;
        for (byte b : id.getBytes(StandardCharsets.UTF_8)) {
            hash = mix(hash ^ (b & 0xFF));
        }
        return hash;
    }

    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
