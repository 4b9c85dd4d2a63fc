package io.freshet.store.modellog;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.modellog.MergeNote.Event;

/**
 * Binary form of a merge note, version 1.
 *
 * <pre>
 * 3 bytes   46 47 01: magic, kind 'G', version
 * byte      0 for a given difference, 1 for an applied merge
 * varint    lineage
 * varint    step of the base
 * varint    step
 * 4 bytes   digest, little endian
 * 4 bytes   CRC-32C of all preceding bytes, little endian
 * </pre>
 */
final class MergeNoteCodec {
    static final char KIND = 'G';

    private static final BinaryFormat FORMAT = new BinaryFormat("merge note", KIND, 1, 1);
    private static final int TYPICAL_BYTES = 16;

    private MergeNoteCodec() {}

    static byte[] encode(MergeNote note) {
        ByteWriter writer = FORMAT.writer(TYPICAL_BYTES);
        writer.writeByte(note.event() == Event.GIVEN ? 0 : 1);
        writer.writeVarint(note.lineage());
        writer.writeVarint(note.base());
        writer.writeVarint(note.step());
        writer.writeInt(note.digest());
        return FORMAT.seal(writer);
    }

    static MergeNote decode(byte[] bytes) {
        ByteReader reader = FORMAT.reader(bytes);
        int event = reader.readByte();
        if (event > 1) {
            throw reader.corrupt("the event must be 0 or 1", "event", event);
        }
        long lineage = reader.readVarint63();
        long base = reader.readVarint63();
        long step = reader.readVarint63();
        int digest = reader.readInts(1)[0];
        reader.requireEnd();
        try {
            return new MergeNote(event == 0 ? Event.GIVEN : Event.MERGED, lineage, base, step, digest);
        } catch (IllegalArgumentException e) {
            throw new CorruptFormatException("merge note: " + e.getMessage(), e);
        }
    }
}
