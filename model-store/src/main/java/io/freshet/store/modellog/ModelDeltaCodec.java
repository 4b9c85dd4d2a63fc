package io.freshet.store.modellog;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.snapshot.Manifest;
import java.util.ArrayList;
import java.util.List;

/**
 * Binary form of a model delta: version 7 if it erases no session, else version 8. The large arrays come last.
 *
 * <pre>
 * 3 bytes      46 44 07 or 46 44 08: magic, kind 'D', version
 * varint       lineage
 * varint       from step
 * varint       to step minus from step
 * varint       part
 * varint       parts
 * varint       dim
 * varint       rows of the vocabulary
 * varint       number of dense parameters, d
 * varint       number of changed rows, r
 * varint       number of new items, then for each
 *   varint     its row minus the previous row
 *   varint     bytes of the item id
 *   bytes      item id, UTF-8
 * varint       number of evictions, then for each
 *   varint     its step minus the from step
 *   varint     number of rows, then for each
 *     varint   the row minus the previous row
 * the memory's part, see {@link MemoryDeltaCodec}; only version 8 has erasures
 * byte         bytes of a value, b: 2 if the lower 16 bits of all values are 0 (bfloat16), else 4 (float32)
 * r zigzags    changed rows, each minus the previous row
 * b·r·dim bytes their values: float32 little endian, or all higher bytes and then all lower bytes of bfloat16
 * b·d bytes    dense parameters, in the same form
 * 4 bytes      CRC-32C of all preceding bytes, little endian
 * </pre>
 *
 * <p>Older versions are still readable. Version 6 has the same layout, but fewer components among the mixture values, and
 * version 5 no factors of repeats either; a reader uses those of a new memory. In version 4, the arrays are r int32, r·dim
 * float32 and d float32, all little endian, without the byte before them. Version 3 has no lineage either, and is read as
 * {@link Manifest#NO_LINEAGE}.
 */
final class ModelDeltaCodec {
    static final char KIND = 'D';

    private static final int FIRST_WITH_LINEAGE = 4;
    private static final int FIRST_WITH_PRECISION = 5;
    static final int FIRST_WITH_ERASURES = 8;
    private static final BinaryFormat FORMAT = new BinaryFormat("model delta", KIND, 3, FIRST_WITH_ERASURES);

    /** Format of a delta that erases no session, which programs of the version before read, too. */
    private static final BinaryFormat WITHOUT_ERASURES =
            new BinaryFormat("model delta", KIND, 3, FIRST_WITH_ERASURES - 1);

    private static final int LOWER_BITS = 0xffff;
    private static final int TYPICAL_ITEM_BYTES = 16;
    private static final int MIN_ITEM_BYTES = 2;
    private static final int MIN_EVICTION_BYTES = 2;

    private ModelDeltaCodec() {}

    static byte[] encode(ModelDelta delta) {
        ByteWriter head = new ByteWriter(
                64 + TYPICAL_ITEM_BYTES * delta.newItems().size() + MemoryDeltaCodec.typicalBytes(delta.memory()));
        writeHead(head, delta);
        boolean bfloats = areBfloats(delta.rowValues()) && areBfloats(delta.dense());
        int valueBytes = bfloats ? Short.BYTES : Float.BYTES;
        head.writeByte(valueBytes);
        writeRows(head, delta.rows());
        long values = (long) delta.rowValues().length + delta.dense().length;
        BinaryFormat format = delta.memory().hasErasures() ? FORMAT : WITHOUT_ERASURES;
        ByteWriter writer = format.writer(Math.toIntExact(head.size() + valueBytes * values));
        writer.writeAll(head);
        if (bfloats) {
            writer.writeBfloats(delta.rowValues());
            writer.writeBfloats(delta.dense());
        } else {
            writer.writeFloats(delta.rowValues());
            writer.writeFloats(delta.dense());
        }
        return format.seal(writer);
    }

    private static boolean areBfloats(float[] values) {
        int lower = 0;
        for (float value : values) {
            lower |= Float.floatToRawIntBits(value);
        }
        return (lower & LOWER_BITS) == 0;
    }

    private static void writeRows(ByteWriter writer, int[] rows) {
        int before = 0;
        for (int row : rows) {
            writer.writeZigzag(row - before);
            before = row;
        }
    }

    private static void writeHead(ByteWriter writer, ModelDelta delta) {
        writer.writeVarint(delta.lineage());
        writer.writeVarint(delta.fromStep());
        writer.writeVarint(delta.toStep() - delta.fromStep());
        writer.writeVarint(delta.part());
        writer.writeVarint(delta.parts());
        writer.writeVarint(delta.dim());
        writer.writeVarint(delta.vocabularyRows());
        writer.writeVarint(delta.dense().length);
        writer.writeVarint(delta.rows().length);
        writeItems(writer, delta);
        writeEvictions(writer, delta);
        MemoryDeltaCodec.write(writer, delta.memory());
    }

    private static void writeItems(ByteWriter writer, ModelDelta delta) {
        int before = 0;
        writer.writeVarint(delta.newItems().size());
        for (int i = 0; i < delta.newItemRows().length; i++) {
            writer.writeVarint(delta.newItemRows()[i] - before);
            before = delta.newItemRows()[i];
            writer.writeString(delta.newItems().get(i));
        }
    }

    private static void writeEvictions(ByteWriter writer, ModelDelta delta) {
        writer.writeVarint(delta.evictions().size());
        for (Eviction eviction : delta.evictions()) {
            int before = 0;
            writer.writeVarint(eviction.step() - delta.fromStep());
            writer.writeVarint(eviction.rows().size());
            for (int row : eviction.rows()) {
                writer.writeVarint(row - before);
                before = row;
            }
        }
    }

    static ModelDelta decode(byte[] bytes) {
        ByteReader reader = FORMAT.reader(bytes);
        long lineage = BinaryFormat.versionOf(bytes) < FIRST_WITH_LINEAGE ? Manifest.NO_LINEAGE : reader.readVarint63();
        long fromStep = reader.readVarint63();
        long toStep = fromStep + reader.readVarint63();
        int part = reader.readVarint31();
        int parts = reader.readVarint31();
        int dim = reader.readVarint31();
        int vocabularyRows = reader.readVarint31();
        int denseSize = reader.readCount(Short.BYTES);
        int rowCount = reader.readCount(1);
        int[] newItemRows = new int[reader.readCount(MIN_ITEM_BYTES)];
        List<String> newItems = readItems(reader, newItemRows);
        try {
            List<Eviction> evictions = readEvictions(reader, fromStep);
            MemoryDelta memory = MemoryDeltaCodec.read(reader, BinaryFormat.versionOf(bytes) >= FIRST_WITH_ERASURES);
            boolean hasPrecision = BinaryFormat.versionOf(bytes) >= FIRST_WITH_PRECISION;
            int valueBytes = hasPrecision ? reader.readByte() : Float.BYTES;
            int[] rows = hasPrecision ? readRows(reader, rowCount) : reader.readInts(rowCount);
            requireSize(reader, valueBytes, denseSize + (long) rowCount * dim);
            boolean bfloats = valueBytes == Short.BYTES;
            float[] rowValues = bfloats ? reader.readBfloats(rowCount * dim) : reader.readFloats(rowCount * dim);
            float[] dense = bfloats ? reader.readBfloats(denseSize) : reader.readFloats(denseSize);
            return new ModelDelta(
                    lineage,
                    new ModelDelta.Steps(fromStep, toStep),
                    new ModelDelta.Part(part, parts),
                    new ModelDelta.VocabularyChange(vocabularyRows, newItemRows, newItems, evictions),
                    new ModelDelta.RowValues(dim, rows, rowValues),
                    dense,
                    memory);
        } catch (IllegalArgumentException e) {
            throw new CorruptFormatException("model delta: " + e.getMessage(), e);
        }
    }

    private static List<String> readItems(ByteReader reader, int[] rows) {
        List<String> items = new ArrayList<>(rows.length);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = readRowAfter(reader, i == 0 ? 0 : rows[i - 1]);
            items.add(reader.readString());
        }
        return items;
    }

    private static List<Eviction> readEvictions(ByteReader reader, long fromStep) {
        int count = reader.readCount(MIN_EVICTION_BYTES);
        List<Eviction> evictions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long step = fromStep + reader.readVarint63();
            int rowCount = reader.readCount(1);
            List<Integer> rows = new ArrayList<>(rowCount);
            int row = 0;
            for (int k = 0; k < rowCount; k++) {
                row = readRowAfter(reader, row);
                rows.add(row);
            }
            evictions.add(new Eviction(step, rows));
        }
        return evictions;
    }

    private static int readRowAfter(ByteReader reader, int before) {
        long row = (long) before + reader.readVarint31();
        if (row > Integer.MAX_VALUE) {
            throw reader.corrupt("a row must be below 2^31", "row", row);
        }
        return (int) row;
    }

    private static int[] readRows(ByteReader reader, int count) {
        int[] rows = new int[count];
        long row = 0;
        for (int i = 0; i < count; i++) {
            row += reader.readZigzag();
            if (row < 0 || row > Integer.MAX_VALUE) {
                throw reader.corrupt("a row must be at least 0 and below 2^31", "row", row);
            }
            rows[i] = (int) row;
        }
        return rows;
    }

    /** Checks, before the values are allocated, that they are exactly the remaining bytes. */
    private static void requireSize(ByteReader reader, int valueBytes, long values) {
        if (valueBytes != Short.BYTES && valueBytes != Float.BYTES) {
            throw reader.corrupt("a value must have 2 or 4 bytes", "bytes", valueBytes);
        }
        if (values * valueBytes != reader.remaining()) {
            throw reader.corrupt(
                    "values must fill the " + reader.remaining() + " bytes left",
                    "sizes",
                    values + " values of " + valueBytes + " bytes");
        }
    }
}
