package io.freshet.store.format;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Reads data that {@link ByteWriter} wrote, without trusting it. Every length is checked against the remaining bytes
 * before anything is allocated, and every failure is a {@link CorruptFormatException} with the position. Not thread-safe.
 * The caller owns the array.
 */
public final class ByteReader {
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, LITTLE_ENDIAN);
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, LITTLE_ENDIAN);
    static final ValueLayout.OfInt INTS = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOATS = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private static final char REPLACEMENT = '\uFFFD';

    private final String format;
    private final byte[] bytes;
    private final int end;
    private int position;

    /**
     * Creates a reader of a part of an array.
     *
     * @param format name of the format in messages
     * @param start first position to read
     * @param end first position that is not read
     */
    public ByteReader(String format, byte[] bytes, int start, int end) {
        this.format = format;
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    /** Returns the number of bytes left. */
    public int remaining() {
        return end - position;
    }

    /** Reads an unsigned byte. */
    public int readByte() {
        require(1);
        return bytes[position++] & 0xff;
    }

    /** Reads eight bytes, little endian. */
    public long readLong() {
        require(Long.BYTES);
        long value = (long) LONG.get(bytes, position);
        position += Long.BYTES;
        return value;
    }

    /** Reads a varint as unsigned 64 bits. */
    public long readVarint() {
        if (position < end && bytes[position] >= 0) {
            return bytes[position++];
        }
        return readLongVarint();
    }

    /** Reads a varint that must fit into a non-negative {@code int}. */
    public int readVarint31() {
        long value = readVarint();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw corrupt("value must be in [0, 2^31)", "value", Long.toUnsignedString(value));
        }
        return (int) value;
    }

    /** Reads a varint that must fit into a non-negative {@code long}. */
    public long readVarint63() {
        long value = readVarint();
        if (value < 0) {
            throw corrupt("value must be in [0, 2^63)", "value", Long.toUnsignedString(value));
        }
        return value;
    }

    /** Reads a zigzag varint. */
    public long readZigzag() {
        long value = readVarint();
        return (value >>> 1) ^ -(value & 1);
    }

    /**
     * Reads a varint as the number of elements that follow.
     *
     * @param minBytesEach minimum number of bytes of one element; a count that does not fit into the remaining bytes is
     *     rejected
     */
    public int readCount(int minBytesEach) {
        long count = readVarint();
        if (count < 0 || count > remaining() / minBytesEach) {
            throw corrupt(
                    "count must fit into the " + remaining() + " bytes left at " + minBytesEach + " each",
                    "count",
                    Long.toUnsignedString(count));
        }
        return (int) count;
    }

    /** Reads a text that is preceded by its length. */
    public String readString() {
        return readUtf8(readCount(1));
    }

    /** Reads {@code length} bytes as UTF-8 text. */
    public String readUtf8(int length) {
        require(length);
        String text = new String(bytes, position, length, UTF_8);
        if (text.indexOf(REPLACEMENT) >= 0) {
            requireSameBytes(text, length);
        }
        position += length;
        return text;
    }

    /** Reads {@code length} bytes into an array of their own. */
    public byte[] readBytes(int length) {
        require(length);
        position += length;
        return Arrays.copyOfRange(bytes, position - length, position);
    }

    /** Reads {@code count} values of four bytes, in one copy. */
    public int[] readInts(int count) {
        require((long) count * Integer.BYTES);
        int[] values = new int[count];
        MemorySegment.copy(MemorySegment.ofArray(bytes), INTS, position, values, 0, count);
        position += count * Integer.BYTES;
        return values;
    }

    /** Reads {@code count} values of four bytes, in one copy. */
    public float[] readFloats(int count) {
        require((long) count * Float.BYTES);
        float[] values = new float[count];
        MemorySegment.copy(MemorySegment.ofArray(bytes), FLOATS, position, values, 0, count);
        position += count * Float.BYTES;
        return values;
    }

    /** Reads {@code count} values as {@link ByteWriter#writeBfloats} wrote them. */
    public float[] readBfloats(int count) {
        require((long) count * Short.BYTES);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Float.intBitsToFloat(
                    (bytes[position + i] & 0xff) << 24 | (bytes[position + count + i] & 0xff) << 16);
        }
        position += count * Short.BYTES;
        return values;
    }

    /** Checks that no bytes are left over, which would mean that something was misread. To be called last. */
    public void requireEnd() {
        if (position != end) {
            throw corrupt("the data must end here", "bytes left", remaining());
        }
    }

    /** Returns the exception for a value that the format does not allow. */
    public CorruptFormatException corrupt(String rule, String name, Object value) {
        return new CorruptFormatException(format + ": " + rule + ": " + name + "=" + value + " before position="
                + position + ", length=" + bytes.length);
    }

    private long readLongVarint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = readByte();
            value |= (next & 0x7fL) << shift;
            if (next < 0x80) {
                requireWithin64Bits(shift, next);
                return value;
            }
        }
        throw corrupt("varint must end within 10 bytes", "bytes", "more");
    }

    private void requireWithin64Bits(int shift, int lastByte) {
        if (shift == 63 && lastByte > 1) {
            throw corrupt("varint must fit into 64 bits", "last byte", lastByte);
        }
    }

    /**
     * Checks that the bytes were valid UTF-8. Decoding replaces malformed bytes with the replacement character, but a
     * text may also contain that character itself.
     */
    private void requireSameBytes(String text, int length) {
        byte[] encoded = text.getBytes(UTF_8);
        if (!Arrays.equals(encoded, 0, encoded.length, bytes, position, position + length)) {
            throw corrupt("text must be UTF-8", "bytes", length);
        }
    }

    private void require(long count) {
        if (count < 0 || count > end - position) {
            throw corrupt("the data must be longer", "bytes needed", count);
        }
    }
}
