package io.freshet.store.format;

import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * The frame of every binary record of Freshet. Each format defines its own body.
 *
 * <pre>
 * position  bytes  what
 * 0         1      magic 0x46, 'F'
 * 1         1      kind of record, an ASCII letter
 * 2         1      version of the kind, unsigned
 * 3         n - 7  body
 * n - 4     4      CRC-32C of positions 0 to n - 5, little endian
 * </pre>
 *
 * The version is checked before the checksum, so that a later version may change everything after it.
 *
 * @param name name of the format in messages
 * @param kind letter at position 1
 * @param oldestReadable oldest version that is read
 * @param current version that is written, and the newest that is read
 */
public record BinaryFormat(String name, char kind, int oldestReadable, int current) {
    private static final byte MAGIC = 0x46;
    private static final int KIND_POSITION = 1;
    private static final int VERSION_POSITION = 2;
    private static final int HEADER_BYTES = 3;
    private static final int CHECKSUM_BYTES = 4;

    /** Number of bytes of a record without its body. */
    public static final int FRAME_BYTES = HEADER_BYTES + CHECKSUM_BYTES;

    /**
     * Returns a writer positioned at the start of the body. A record of exactly {@code bodyBytes} is sealed without a
     * copy.
     */
    public ByteWriter writer(int bodyBytes) {
        ByteWriter writer = new ByteWriter(Math.addExact(FRAME_BYTES, bodyBytes));
        writer.writeByte(MAGIC);
        writer.writeByte(kind);
        writer.writeByte(current);
        return writer;
    }

    /** Appends the checksum and returns the whole record. The writer must not be used again. */
    public byte[] seal(ByteWriter writer) {
        writer.writeInt(writer.checksum());
        return writer.toByteArray();
    }

    /**
     * Checks the header and the checksum of a record, and returns a reader of its body.
     *
     * @param record complete record, owned by the caller; must not change while the reader is in use
     * @throws FormatException if the bytes are not such a record, or its version is not readable
     */
    public ByteReader reader(byte[] record) {
        requireHeader(record);
        FormatVersionException.require(name, versionOf(record), oldestReadable, current);
        int bodyEnd = record.length - CHECKSUM_BYTES;
        requireChecksum(record, bodyEnd);
        return new ByteReader(name, record, HEADER_BYTES, bodyEnd);
    }

    /** Returns the version of a record that {@link #reader} has accepted. */
    public static int versionOf(byte[] record) {
        return record[VERSION_POSITION] & 0xff;
    }

    /** Returns the letter at position 1 of a record of any kind, or -1 if there is none. */
    public static int kindOf(byte[] record) {
        return record.length > KIND_POSITION && record[0] == MAGIC ? record[KIND_POSITION] : -1;
    }

    private void requireHeader(byte[] record) {
        if (record.length < FRAME_BYTES) {
            throw new CorruptFormatException(
                    name + " must have at least " + FRAME_BYTES + " bytes: length=" + record.length);
        }
        if (kindOf(record) != kind) {
            throw new CorruptFormatException(String.format(
                    Locale.ROOT,
                    "%s must begin with %02x%02x: begins with %02x%02x",
                    name,
                    MAGIC,
                    (int) kind,
                    record[0],
                    record[1]));
        }
    }

    private void requireChecksum(byte[] record, int bodyEnd) {
        int stored = (int) ByteReader.INT.get(record, bodyEnd);
        CRC32C crc = new CRC32C();
        crc.update(record, 0, bodyEnd);
        if (stored != (int) crc.getValue()) {
            throw new CorruptFormatException(String.format(
                    Locale.ROOT,
                    "%s must match its CRC-32C: stored=%08x, computed=%08x, length=%d",
                    name,
                    stored,
                    (int) crc.getValue(),
                    record.length));
        }
    }
}
