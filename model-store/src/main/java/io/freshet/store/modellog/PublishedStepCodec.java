package io.freshet.store.modellog;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.CorruptFormatException;

/**
 * Binary form of a published step, version 1.
 *
 * <pre>
 * 3 bytes   46 4e 01: magic, kind 'N', version
 * varint    lineage
 * varint    step
 * 4 bytes   digest, little endian
 * 4 bytes   CRC-32C of all preceding bytes, little endian
 * </pre>
 */
final class PublishedStepCodec {
    static final char KIND = 'N';

    private static final BinaryFormat FORMAT = new BinaryFormat("published step", KIND, 1, 1);
    private static final int TYPICAL_BYTES = 12;

    private PublishedStepCodec() {}

    static byte[] encode(PublishedStep published) {
        ByteWriter writer = FORMAT.writer(TYPICAL_BYTES);
        writer.writeVarint(published.lineage());
        writer.writeVarint(published.step());
        writer.writeInt(published.digest());
        return FORMAT.seal(writer);
    }

    static PublishedStep decode(byte[] bytes) {
        ByteReader reader = FORMAT.reader(bytes);
        long lineage = reader.readVarint63();
        long step = reader.readVarint63();
        int digest = reader.readInts(1)[0];
        reader.requireEnd();
        try {
            return new PublishedStep(lineage, step, digest);
        } catch (IllegalArgumentException e) {
            throw new CorruptFormatException("published step: " + e.getMessage(), e);
        }
    }
}
