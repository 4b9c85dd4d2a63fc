package io.freshet.model.random;

import java.nio.charset.StandardCharsets;

/**
 * A counter-based random number generator. Each number is a hash of its coordinates (seed, step, purpose, index), so it
 * does not depend on which thread draws it, when, or in which order. The generator has no state.
 *
 * <p>The hash is the finaliser of SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators",
 * OOPSLA 2014), applied once per coordinate.
 */
public final class CounterRandom {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private CounterRandom() {}

    /** The purpose of a random number. Draws for different purposes are independent. */
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
        TARGETS(11),
        EXPLORATION(12);

        private final int code; // part of every draw: changing a code changes all models

        Purpose(int code) {
            this.code = code;
        }
    }

    /** Returns 64 random bits. */
    public static long bits(long seed, long step, Purpose purpose, long index) {
        long hash = mix(seed + GOLDEN_GAMMA);
        hash = mix(hash ^ (step + 1) * GOLDEN_GAMMA);
        hash = mix(hash ^ purpose.code * GOLDEN_GAMMA);
        return mix(hash ^ (index + 1) * GOLDEN_GAMMA);
    }

    /** Returns a number in [0, bound), uniformly distributed to within bound / 2^63. */
    public static long below(long bound, long seed, long step, Purpose purpose, long index) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive: bound=" + bound);
        }
        return Math.unsignedMultiplyHigh(bits(seed, step, purpose, index), bound);
    }

    /** Returns a uniform number in [0, 1), a multiple of 2^-24. */
    public static float uniform(long seed, long step, Purpose purpose, long index) {
        return (bits(seed, step, purpose, index) >>> 40) * 0x1p-24f;
    }

    /** Returns a standard normal number, by the Box-Muller method. {@link StrictMath} gives the same bits on every JVM. */
    public static float normal(long seed, long step, Purpose purpose, long index) {
        long bits = bits(seed, step, purpose, index);
        double radius = StrictMath.sqrt(-2 * StrictMath.log(((bits >>> 32) + 1) * 0x1p-32));
        return (float) (radius * StrictMath.cos(2 * Math.PI * (bits & 0xFFFFFFFFL) * 0x1p-32));
    }

    /** Returns a 64-bit hash of an id, for use as a coordinate. */
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
