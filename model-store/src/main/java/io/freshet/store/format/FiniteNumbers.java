package io.freshet.store.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Searches for numbers that no model may hold: NaN and the infinities. A float is finite if its bits without the sign,
 * read as an integer, are below those of infinity.
 */
public final class FiniteNumbers {
    private static final int BLOCK = 1 << 12; // numbers
    private static final int WITHOUT_SIGN = 0x7fffffff;
    private static final int INFINITY = 0x7f800000;

    private FiniteNumbers() {}

    /** Returns the position of the first number that is not finite, or -1 if all are finite. */
    public static int firstOther(float[] numbers) {
        return (int) firstOther(MemorySegment.ofArray(numbers));
    }

    /** Returns the position of the first number that is not finite, or -1 if all are finite. */
    public static int firstOther(double[] numbers) {
        for (int i = 0; i < numbers.length; i++) {
            if (!Double.isFinite(numbers[i])) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Returns the position of the first number that is not finite, or -1 if all are finite. Copies the numbers block by
     * block into an array of ints: C2 does not vectorise loops over the bits of floats, nor loops over segments in a
     * process that uses both native and heap segments.
     *
     * @param numbers (n) float32
     */
    public static long firstOther(MemorySegment numbers) {
        long count = numbers.byteSize() / Float.BYTES;
        int[] block = new int[(int) Math.min(BLOCK, count)];
        for (long from = 0; from < count; from += BLOCK) {
            int length = (int) Math.min(BLOCK, count - from);
            MemorySegment.copy(numbers, ValueLayout.JAVA_INT_UNALIGNED, from * Float.BYTES, block, 0, length);
            if (!areFinite(block, length)) {
                return from + firstOther(block);
            }
        }
        return -1;
    }

    private static boolean areFinite(int[] bits, int length) {
        int negative = -1;
        for (int i = 0; i < length; i++) {
            negative &= (bits[i] & WITHOUT_SIGN) - INFINITY;
        }
        return negative < 0;
    }

    /** Returns the position of the first number that is not finite. There must be one. */
    private static int firstOther(int[] bits) {
        int position = 0;
        while ((bits[position] & WITHOUT_SIGN) < INFINITY) {
            position++;
        }
        return position;
    }
}
