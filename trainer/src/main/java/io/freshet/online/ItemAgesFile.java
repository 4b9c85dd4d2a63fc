package io.freshet.online;

import io.freshet.format.BinaryFormat;
import io.freshet.format.ByteReader;
import io.freshet.format.ByteWriter;
import io.freshet.format.FormatException;
import io.freshet.format.FormatFile;
import io.freshet.snapshot.Manifest;
import io.freshet.store.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Ages of items in a snapshot, version 1. Times are milliseconds since 1970.
 *
 * <pre>
 * 3 bytes   46 41 01: magic, kind 'A', version
 * varint    time of the newest click
 * varint    time at which items to be forgotten were last looked for
 * varint    rows, then for each
 *   varint  time of its item's newest click; of a free row it says nothing
 * 4 bytes   CRC-32C of all before, little endian
 * </pre>
 */
final class ItemAgesFile {
    static final String NAME = "ages.bin";

    private static final BinaryFormat FORMAT = new BinaryFormat("item ages", 'A', 1, 1);
    private static final int TYPICAL_ROW_BYTES = 6;

    private ItemAgesFile() {}

    static void write(Path file, ItemAges ages) throws IOException {
        Files.write(file, encode(ages));
    }

    /**
     * Reads ages that go on where those written left off; where a snapshot has none, each item is as old as the first
     * click to come.
     *
     * @param itemRows rows of the vocabulary that belongs to it
     * @throws FormatException for a file that is corrupt, too old or too new
     */
    static ItemAges read(Snapshot snapshot, int itemRows, long retentionMs) throws IOException {
        Manifest manifest = snapshot.manifest();
        if (manifest.files().stream().noneMatch(file -> file.name().equals(NAME))) {
            return new ItemAges(retentionMs, new long[itemRows], 0, 0);
        }
        return FormatFile.read(snapshot.file(NAME), bytes -> decode(bytes, itemRows, retentionMs));
    }

    static byte[] encode(ItemAges ages) {
        ByteWriter writer = FORMAT.writer(32 + TYPICAL_ROW_BYTES * ages.rows());
        writer.writeVarint(ages.nowMs());
        writer.writeVarint(ages.lookedMs());
        writer.writeVarint(ages.rows());
        for (int row = 0; row < ages.rows(); row++) {
            writer.writeVarint(ages.lastClickMs(row));
        }
        return FORMAT.seal(writer);
    }

    static ItemAges decode(byte[] bytes, int itemRows, long retentionMs) {
        ByteReader reader = FORMAT.reader(bytes);
        long nowMs = reader.readVarint63();
        long lookedMs = reader.readVarint63();
        long[] lastClickMs = new long[reader.readCount(1)];
        if (lastClickMs.length > itemRows) {
            throw reader.corrupt("rows must be at most " + itemRows, "rows", lastClickMs.length);
        }
        for (int row = 0; row < lastClickMs.length; row++) {
            lastClickMs[row] = reader.readVarint63();
        }
        reader.requireEnd();
        return new ItemAges(retentionMs, lastClickMs, nowMs, lookedMs);
    }
}
