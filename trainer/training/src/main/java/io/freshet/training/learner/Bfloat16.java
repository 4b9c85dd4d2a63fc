package io.freshet.training.learner;

/** Rounds to bfloat16: float32 with the upper 7 of its 23 stored bits of the significand. */
final class Bfloat16 {
    private static final int LOWER_BITS = 0xffff;
    private static final int HALF = 0x7fff;

    private Bfloat16() {}

    /** Rounds each value to the nearest bfloat16, and a tie to the even one. NaN stays NaN. */
    static void round(float[] values) {
        for (int i = 0; i < values.length; i++) {
            int bits = Float.floatToRawIntBits(values[i]);
            int rounded = (bits + HALF + (bits >>> Short.SIZE & 1)) & ~LOWER_BITS;
            values[i] = Float.isFinite(values[i]) ? Float.intBitsToFloat(rounded) : values[i];
        }
    }
}
