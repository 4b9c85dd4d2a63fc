package io.freshet.training.merge;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatException;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.ModelLogCodec;

/**
 * Encodes and decodes a {@link Difference}, version 1.
 *
 * <pre>
 * 3 bytes    46 58 01: magic, kind 'X', version
 * varint     clicks
 * varint     number of bytes of the delta, then
 *   bytes    the delta, as a record of model-deltas
 * varint     weight of each row of the delta
 * byte       1 if target counts follow, otherwise 0
 * varint     target count of each row of the delta
 * 4 bytes    CRC-32C of all bytes before, little endian
 * </pre>
 */
public final class DifferenceCodec {
    private static final BinaryFormat FORMAT = new BinaryFormat("difference of a learner", 'X', 1, 1);
    private static final int HEAD_BYTES = 16;

    private DifferenceCodec() {}

    /** Encodes a difference. */
    public static byte[] encode(Difference difference) {
        byte[] delta = ModelLogCodec.encode(difference.delta());
        int rows = difference.rowWeights().length;
        ByteWriter writer = FORMAT.writer(HEAD_BYTES + delta.length + Short.BYTES * rows);
        writer.writeVarint(difference.clicks());
        writer.writeVarint(delta.length);
        writer.writeBytes(delta);
        for (int weight : difference.rowWeights()) {
            writer.writeVarint(weight);
        }
        writer.writeByte(difference.targetCounts().length > 0 ? 1 : 0);
        for (long count : difference.targetCounts()) {
            writer.writeVarint(count);
        }
        return FORMAT.seal(writer);
    }

    /**
     * Decodes a difference.
     *
     * @throws FormatException if the bytes are corrupt, too old or too new
     */
    public static Difference decode(byte[] bytes) {
        ByteReader reader = FORMAT.reader(bytes);
        long clicks = reader.readVarint63();
        byte[] record = reader.readBytes(reader.readCount(1));
        if (!(ModelLogCodec.decode(record) instanceof ModelDelta delta)) {
            throw reader.corrupt("its record must be a delta", "kind", BinaryFormat.kindOf(record));
        }
        int rows = delta.rows().length;
        if (rows > reader.remaining()) {
            throw reader.corrupt("rows must have weights", "rows", rows);
        }
        int[] weights = new int[rows];
        for (int i = 0; i < rows; i++) {
            weights[i] = reader.readVarint31();
        }
        int hasCounts = reader.readByte();
        if (hasCounts > 1) {
            throw reader.corrupt("the mark of target counts must be 0 or 1", "mark", hasCounts);
        }
        long[] counts = new long[hasCounts * rows];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = reader.readVarint63();
        }
        reader.requireEnd();
        try {
            return new Difference(delta, clicks, weights, counts);
        } catch (IllegalArgumentException e) {
            throw new CorruptFormatException("difference of a learner: " + e.getMessage(), e);
        }
    }
}
