package io.freshet.store.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.text.Utf8;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Appends primitives to a growing byte array, fixed-width ones in little endian. Not thread-safe.
 *
 * <p>A varint is LEB128: seven bits per byte, lowest first, with the top bit set on all but the last byte. Zigzag maps
 * signed to unsigned values (0, -1, 1, -2, … to 0, 1, 2, 3, …), so that small magnitudes stay short.
 */
public final class ByteWriter {
    private static final int MAX_VARINT_BYTES = 10;

    private byte[] bytes;
    private int size;

    /** Creates a writer with an initial capacity in bytes. Content of exactly this size is returned without a copy. */
    public ByteWriter(int capacity) {
        this.bytes = new byte[capacity];
    }

    /** Returns the number of bytes written so far. */
    public int size() {
        return size;
    }

    /** Appends the lowest eight bits. */
    public void writeByte(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    /** Appends four bytes, little endian. */
    public void writeInt(int value) {
        reserve(Integer.BYTES);
        ByteReader.INT.set(bytes, size, value);
        size += Integer.BYTES;
    }

    /** Appends eight bytes, little endian. */
    public void writeLong(long value) {
        reserve(Long.BYTES);
        ByteReader.LONG.set(bytes, size, value);
        size += Long.BYTES;
    }

    /** Appends an unsigned varint of one to ten bytes. A negative value is written as its unsigned 64 bits. */
    public void writeVarint(long value) {
        reserve(MAX_VARINT_BYTES);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Appends a signed value as a zigzag varint. */
    public void writeZigzag(long value) {
        writeVarint((value << 1) ^ (value >> 63));
    }

    /**
     * Appends a text: its length in UTF-8 as a varint, then its UTF-8 bytes.
     *
     * @throws IllegalArgumentException if the text has an unpaired surrogate
     */
    public void writeString(String text) {
        int length = utf8Length(text);
        writeVarint(length);
        writeUtf8(text, length);
    }

    /** Appends a text's UTF-8 bytes without a length prefix. {@code length} must be {@link #utf8Length} of the text. */
    public void writeUtf8(String text, int length) {
        reserve(length);
        if (length == text.length()) {
            writeAscii(text);
        } else {
            System.arraycopy(text.getBytes(UTF_8), 0, bytes, size, length);
            size += length;
        }
    }

    /**
     * Returns the number of bytes of a text in UTF-8.
     *
     * @throws IllegalArgumentException if the text has an unpaired surrogate, which UTF-8 cannot represent
     */
    public static int utf8Length(String text) {
        int length = Utf8.length(text);
        if (length == Utf8.UNPAIRED_SURROGATE) {
            throw new IllegalArgumentException("text must have no unpaired surrogate: length=" + text.length());
        }
        return length;
    }

    /** Appends all values, four bytes each, in one copy. */
    public void writeFloats(float[] values) {
        int added = Math.multiplyExact(values.length, Float.BYTES);
        reserve(added);
        MemorySegment.copy(values, 0, MemorySegment.ofArray(bytes), ByteReader.FLOATS, size, values.length);
        size += added;
    }

    /**
     * Appends values of which the lower 16 bits are 0, two bytes each: the highest byte of every value, then the second
     * highest byte of every value. Bytes of the same kind compress better side by side.
     */
    public void writeBfloats(float[] values) {
        reserve(Math.multiplyExact(values.length, Short.BYTES));
        for (int i = 0; i < values.length; i++) {
            int bits = Float.floatToRawIntBits(values[i]);
            bytes[size + i] = (byte) (bits >>> 24);
            bytes[size + values.length + i] = (byte) (bits >>> 16);
        }
        size += Short.BYTES * values.length;
    }

    /** Appends all bytes. */
    public void writeBytes(byte[] added) {
        reserve(added.length);
        System.arraycopy(added, 0, bytes, size, added.length);
        size += added.length;
    }

    /** Appends another writer's bytes. */
    public void writeAll(ByteWriter other) {
        reserve(other.size);
        System.arraycopy(other.bytes, 0, bytes, size, other.size);
        size += other.size;
    }

    /**
     * Returns the bytes written. If the writer's array is full, it is returned itself, so the writer must not be used
     * again.
     */
    public byte[] toByteArray() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    /** Returns the CRC-32C of the bytes written so far. */
    int checksum() {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, size);
        return (int) crc.getValue();
    }

    // getBytes is deprecated because it drops the upper bytes of characters that are not Latin-1. The text is known to
    // be ASCII, which has none, and no other method copies a string's bytes into an array without creating another one.
    @SuppressWarnings("deprecation")
    private void writeAscii(String text) {
        int length = text.length();
        text.getBytes(0, length, bytes, size);
        size += length;
    }

    private void reserve(int added) {
        if (added > bytes.length - size) {
            grow(added);
        }
    }

    private void grow(int added) {
        int needed = Math.addExact(size, added);
        int doubled = (int) Math.min(Integer.MAX_VALUE - 8, 2L * bytes.length);
        bytes = Arrays.copyOf(bytes, Math.max(needed, doubled));
    }
}
