package io.freshet.delta;

import io.freshet.format.BinaryFormat;
import io.freshet.format.ByteReader;
import io.freshet.format.ByteWriter;
import io.freshet.format.CorruptFormatException;
import java.util.ArrayList;
import java.util.List;

/**
 * A model delta, version 2. What is large stands at the end, in plain arrays, and is copied whole.
 *
 * <pre>
 * 3 bytes      46 44 02: magic, kind 'D', version
 * varint       from step
 * varint       to step less from step
 * varint       part
 * varint       parts
 * varint       dim
 * varint       first new row
 * varint       number of dense parameters, d
 * varint       number of changed rows, r
 * varint       number of new items, then for each
 *   varint     bytes of the item id
 *   bytes      item id, UTF-8
 * the memory's part, of which {@link MemoryDeltaCodec} has the table
 * 4r bytes     changed rows, int32 little endian
 * 4r·dim bytes their values, float32 little endian
 * 4d bytes     dense parameters, float32 little endian
 * 4 bytes      CRC-32C of all before, little endian
 * </pre>
 */
final class ModelDeltaCodec {
    static final char KIND = 'D';

    private static final BinaryFormat FORMAT = new BinaryFormat("model delta", KIND, 2, 2);
    private static final int TYPICAL_ITEM_BYTES = 16;

    private ModelDeltaCodec() {}

    static byte[] encode(ModelDelta delta) {
        ByteWriter head = new ByteWriter(
                64 + TYPICAL_ITEM_BYTES * delta.newItems().size() + MemoryDeltaCodec.typicalBytes(delta.memory()));
        writeHead(head, delta);
        long values = delta.rows().length + (long) delta.rowValues().length + delta.dense().length;
        ByteWriter writer = FORMAT.writer(Math.toIntExact(head.size() + Float.BYTES * values));
        writer.writeAll(head);
        writer.writeInts(delta.rows());
        writer.writeFloats(delta.rowValues());
        writer.writeFloats(delta.dense());
        return FORMAT.seal(writer);
    }

    private static void writeHead(ByteWriter writer, ModelDelta delta) {
        writer.writeVarint(delta.fromStep());
        writer.writeVarint(delta.toStep() - delta.fromStep());
        writer.writeVarint(delta.part());
        writer.writeVarint(delta.parts());
        writer.writeVarint(delta.dim());
        writer.writeVarint(delta.firstNewRow());
        writer.writeVarint(delta.dense().length);
        writer.writeVarint(delta.rows().length);
        writer.writeVarint(delta.newItems().size());
        for (String item : delta.newItems()) {
            writer.writeString(item);
        }
        MemoryDeltaCodec.write(writer, delta.memory());
    }

    static ModelDelta decode(byte[] bytes) {
        ByteReader reader = FORMAT.reader(bytes);
        long fromStep = reader.readVarint63();
        long toStep = fromStep + reader.readVarint63();
        int part = reader.readVarint31();
        int parts = reader.readVarint31();
        int dim = reader.readVarint31();
        int firstNewRow = reader.readVarint31();
        int denseSize = reader.readCount(Float.BYTES);
        int rowCount = reader.readCount(Integer.BYTES);
        List<String> newItems = readItems(reader);
        try {
            MemoryDelta memory = MemoryDeltaCodec.read(reader);
            requireSize(reader, denseSize, rowCount, dim);
            int[] rows = reader.readInts(rowCount);
            float[] rowValues = reader.readFloats(rowCount * dim);
            float[] dense = reader.readFloats(denseSize);
            return new ModelDelta(
                    fromStep, toStep, part, parts, dim, firstNewRow, newItems, rows, rowValues, dense, memory);
        } catch (IllegalArgumentException e) {
            throw new CorruptFormatException("model delta: " + e.getMessage(), e);
        }
    }

    private static List<String> readItems(ByteReader reader) {
        int count = reader.readCount(1);
        List<String> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(reader.readString());
        }
        return items;
    }

    /** Before anything is allocated: what follows must be exactly the three arrays. */
    private static void requireSize(ByteReader reader, int denseSize, int rowCount, int dim) {
        long values = denseSize + rowCount * (1L + dim);
        if (values * Float.BYTES != reader.remaining()) {
            throw reader.corrupt(
                    "arrays must fill the " + reader.remaining() + " bytes left",
                    "sizes",
                    "dense " + denseSize + ", rows " + rowCount + ", dim " + dim);
        }
    }
}
