package io.freshet.store.format;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.function.Consumer;

/** Assertions that a binary format rejects damage with its own exceptions. */
public final class HostileBytes {
    private HostileBytes() {}

    public static void assertEveryTruncationIsRefused(byte[] record, Consumer<byte[]> decoder) {
        for (int length = 0; length < record.length; length++) {
            byte[] cut = Arrays.copyOf(record, length);
            assertThatThrownBy(() -> decoder.accept(cut))
                    .as("cut to %d of %d bytes", length, record.length)
                    .isInstanceOf(CorruptFormatException.class);
        }
    }

    public static void assertEveryBitFlipIsRefused(byte[] record, Consumer<byte[]> decoder) {
        for (int bit = 0; bit < Byte.SIZE * record.length; bit++) {
            byte[] flipped = record.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertThatThrownBy(() -> decoder.accept(flipped))
                    .as("bit %d flipped", bit)
                    .isInstanceOf(FormatException.class);
        }
    }

    /** Asserts that any body in a valid frame, such as a hostile producer may write, is read or rejected. */
    public static void assertReadOrRefused(char kind, int version, byte[] body, Consumer<byte[]> decoder) {
        try {
            decoder.accept(framed(kind, version, body));
        } catch (CorruptFormatException e) {
            // A rejection by the format itself is fine. Any other exception fails the test.
        }
    }

    /** Returns a record with a valid frame. */
    public static byte[] framed(char kind, int version, byte[] body) {
        BinaryFormat format = new BinaryFormat("test", kind, version, version);
        ByteWriter writer = format.writer(body.length);
        for (byte b : body) {
            writer.writeByte(b);
        }
        return format.seal(writer);
    }
}
