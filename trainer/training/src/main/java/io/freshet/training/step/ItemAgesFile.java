package io.freshet.training.step;

import io.freshet.store.Snapshot;
import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.FormatException;
import io.freshet.store.format.FormatFile;
import io.freshet.store.sequence.EventClock;
import io.freshet.store.snapshot.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * File of the items' ages in a snapshot, version 2. Times are milliseconds since 1970.
 *
 * <pre>
 * 3 bytes   46 41 02: magic, kind 'A', version
 * clock     {@link EventClock#writeTo}
 * varint    time of the last scan for items to be forgotten
 * varint    number of rows, then for each
 *   varint  time of the newest click on its item; meaningless for a free row
 * 4 bytes   CRC-32C of all bytes before, little endian
 * </pre>
 *
 * <p>Version 1 can be read. It has the time of the newest click as a varint in place of the clock. That time is not
 * used, because a single click could have moved it: a new clock starts, and nothing is forgotten until it knows the
 * time.
 */
final class ItemAgesFile {
    static final String NAME = "ages.bin";

    private static final BinaryFormat FORMAT = new BinaryFormat("item ages", 'A', 1, 2);
    private static final int WITHOUT_CLOCK = 1;
    private static final int TYPICAL_ROW_BYTES = 6;
    private static final int TYPICAL_CLOCK_BYTES = 512;

    private ItemAgesFile() {}

    static void write(Path file, ItemAges ages) throws IOException {
        Files.write(file, encode(ages));
    }

    /**
     * Reads ages that continue from those written. If the snapshot has no such file, each item is as old as the first
     * time that the clock knows.
     *
     * @param itemRows number of rows of the vocabulary in the same snapshot
     * @throws FormatException if the file is corrupt, too old or too new
     */
    static ItemAges read(Snapshot snapshot, int itemRows, long retentionMs) throws IOException {
        Manifest manifest = snapshot.manifest();
        if (manifest.files().stream().noneMatch(file -> file.name().equals(NAME))) {
            return new ItemAges(retentionMs, new long[itemRows], new EventClock(), 0);
        }
        return FormatFile.read(snapshot.file(NAME), bytes -> decode(bytes, itemRows, retentionMs));
    }

    static byte[] encode(ItemAges ages) {
        ByteWriter writer = FORMAT.writer(TYPICAL_CLOCK_BYTES + TYPICAL_ROW_BYTES * ages.rows());
        ages.clock().writeTo(writer);
        writer.writeVarint(ages.lookedMs());
        writer.writeVarint(ages.rows());
        for (int row = 0; row < ages.rows(); row++) {
            writer.writeVarint(ages.lastClickMs(row));
        }
        return FORMAT.seal(writer);
    }

    static ItemAges decode(byte[] bytes, int itemRows, long retentionMs) {
        ByteReader reader = FORMAT.reader(bytes);
        EventClock clock = clock(reader, BinaryFormat.versionOf(bytes));
        long lookedMs = reader.readVarint63();
        long[] lastClickMs = new long[reader.readCount(1)];
        if (lastClickMs.length > itemRows) {
            throw reader.corrupt("rows must be at most " + itemRows, "rows", lastClickMs.length);
        }
        for (int row = 0; row < lastClickMs.length; row++) {
            lastClickMs[row] = reader.readVarint63();
        }
        reader.requireEnd();
        return new ItemAges(retentionMs, lastClickMs, clock, lookedMs);
    }

    private static EventClock clock(ByteReader reader, int version) {
        if (version > WITHOUT_CLOCK) {
            return EventClock.readFrom(reader);
        }
        reader.readVarint63();
        return new EventClock();
    }
}
