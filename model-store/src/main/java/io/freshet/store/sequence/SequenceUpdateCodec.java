package io.freshet.store.sequence;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.FormatException;
import java.util.List;

/**
 * Binary form of a sequence update on the topic {@code sequences}, version 1.
 *
 * <pre>
 * 3 bytes   46 55 01: magic, kind 'U', version
 * varint    bytes of the cause's topic
 * bytes     the cause's topic, UTF-8
 * varint    the cause's partition
 * varint    the cause's offset
 * zigzag    the cause's record timestamp, ms
 * varint    number of new positions, then for each
 *   varint  the position minus the previous one, minus 1 (the first: the position)
 * n bytes   the interactions, see {@link InteractionsCodec}
 * 4 bytes   CRC-32C of all preceding bytes, little endian
 * </pre>
 */
public final class SequenceUpdateCodec {
    private static final BinaryFormat FORMAT = new BinaryFormat("sequence update", 'U', 1, 1);
    private static final int TYPICAL_CAUSE_BYTES = 40;

    private SequenceUpdateCodec() {}

    /** Encodes an update in version 1. */
    public static byte[] encode(SequenceUpdate update) {
        ByteWriter writer = FORMAT.writer(TYPICAL_CAUSE_BYTES + InteractionsCodec.typicalBytes(update.sequence()));
        writeCause(writer, update.cause());
        writePositions(writer, update.newPositions());
        InteractionsCodec.write(writer, update.sequence());
        return FORMAT.seal(writer);
    }

    /**
     * Decodes an update.
     *
     * @throws FormatException if the bytes are corrupt, too old or too new
     */
    public static SequenceUpdate decode(byte[] bytes) {
        ByteReader reader = FORMAT.reader(bytes);
        ClickOrigin cause = readCause(reader);
        List<Integer> newPositions = readPositions(reader);
        UserSequence sequence = InteractionsCodec.read(reader);
        reader.requireEnd();
        if (!newPositions.isEmpty() && newPositions.getLast() >= sequence.size()) {
            throw reader.corrupt("new positions must be in the sequence", "newPositions", newPositions);
        }
        return new SequenceUpdate(sequence, newPositions, cause);
    }

    private static void writeCause(ByteWriter writer, ClickOrigin cause) {
        writer.writeString(cause.topic());
        writer.writeVarint(cause.partition());
        writer.writeVarint(cause.offset());
        writer.writeZigzag(cause.recordTimestampMs());
    }

    private static ClickOrigin readCause(ByteReader reader) {
        return new ClickOrigin(reader.readString(), reader.readVarint31(), reader.readVarint63(), reader.readZigzag());
    }

    private static void writePositions(ByteWriter writer, List<Integer> positions) {
        writer.writeVarint(positions.size());
        int before = -1;
        for (int position : positions) {
            writer.writeVarint(position - before - 1);
            before = position;
        }
    }

    private static List<Integer> readPositions(ByteReader reader) {
        Integer[] positions = new Integer[reader.readCount(1)];
        long before = -1;
        for (int i = 0; i < positions.length; i++) {
            before += reader.readVarint31() + 1L;
            if (before > Integer.MAX_VALUE) {
                throw reader.corrupt("position must be below 2^31", "position", before);
            }
            positions[i] = (int) before;
        }
        return List.of(positions);
    }
}
