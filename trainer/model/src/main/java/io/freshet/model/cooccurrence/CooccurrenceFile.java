package io.freshet.model.cooccurrence;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatException;
import io.freshet.store.format.FormatFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes and reads the file of a co-occurrence memory in a snapshot, version 3. The order of an item's neighbours is
 * a part of the state: of equally weak neighbours the first is replaced.
 *
 * <pre>
 * 3 bytes    46 4d 03: magic, kind 'M', version
 * varint     window
 * varint     maximum neighbours of an item
 * varint     halving clicks
 * varint     clicks observed
 * varint     number of mixture values, then for each
 *   8 bytes  float64 little endian
 * varint     number of items with neighbours, then for each, by row
 *   varint   row minus the previous item's row (the first: minus 0)
 *   varint   number of neighbours, then for each
 *     varint row
 *     varint weight after
 *     varint weight before
 * varint     number of clicks in the log, then for each, oldest first
 *   varint   row plus 1; 0 if the item was forgotten
 *   varint   distance to the click before it in its session, which may have left the log; 0 if there was none
 * varint     number of the newest clicks, then for each, oldest first
 *   varint   row
 * 4 bytes    CRC-32C of all bytes before, little endian
 * </pre>
 *
 * <p>Older versions can be read. Version 2 has no clicks, and no weights of the components that need them.
 * Version 1 has no factors of repeats there either. A reader uses the values of a new memory for them.
 */
public final class CooccurrenceFile {
    public static final String NAME = "memory.bin";

    private static final BinaryFormat FORMAT = new BinaryFormat("co-occurrence memory", 'M', 1, 3);
    private static final int TYPICAL_ITEM_BYTES = 64;
    private static final int MIN_ITEM_BYTES = 2;
    private static final int MIN_NEIGHBOUR_BYTES = 3;
    private static final int MIN_CLICK_BYTES = 2;
    private static final int FIRST_WITH_LOG = 3;

    private CooccurrenceFile() {}

    /** Writes a memory to a file, which is created or replaced. */
    public static void write(Path file, CooccurrenceModel memory) throws IOException {
        Files.write(file, encode(memory));
    }

    /**
     * Reads a memory, which continues where the written one left off.
     *
     * @param itemRows number of rows of the vocabulary that belongs to the memory; every row in the file must be
     *     below it
     * @throws FormatException if the file is corrupt, too old or too new
     */
    public static CooccurrenceModel read(Path file, int itemRows) throws IOException {
        return FormatFile.read(file, bytes -> decode(bytes, itemRows));
    }

    static byte[] encode(CooccurrenceModel memory) {
        double[] mixture = memory.mixture();
        int items = itemsOf(memory);
        ByteWriter writer = FORMAT.writer(
                32 + Double.BYTES * mixture.length + (int) Math.min(1 << 28, (long) TYPICAL_ITEM_BYTES * items));
        writer.writeVarint(memory.config().window());
        writer.writeVarint(memory.config().neighbours());
        writer.writeVarint(memory.config().halvingClicks());
        writer.writeVarint(memory.clicks());
        writer.writeVarint(mixture.length);
        for (double value : mixture) {
            writer.writeLong(Double.doubleToRawLongBits(value));
        }
        writer.writeVarint(items);
        writeItems(writer, memory);
        writeLog(writer, memory.log());
        RecentClicks recent = memory.recent();
        writer.writeVarint(recent.size());
        for (int newer = recent.size() - 1; newer >= 0; newer--) {
            writer.writeVarint(recent.row(newer));
        }
        return FORMAT.seal(writer);
    }

    private static int itemsOf(CooccurrenceModel memory) {
        int items = 0;
        for (int row = 0; row < memory.rows(); row++) {
            items += memory.neighboursOf(row) == null ? 0 : 1;
        }
        return items;
    }

    private static void writeItems(ByteWriter writer, CooccurrenceModel memory) {
        int before = 0;
        for (int row = 0; row < memory.rows(); row++) {
            NeighbourList list = memory.neighboursOf(row);
            if (list != null) {
                writer.writeVarint(row - before);
                before = row;
                writer.writeVarint(list.size());
                for (int place = 0; place < list.size(); place++) {
                    writer.writeVarint(list.row(place));
                    writer.writeVarint(list.after(place));
                    writer.writeVarint(list.before(place));
                }
            }
        }
    }

    static CooccurrenceModel decode(byte[] bytes, int itemRows) {
        ByteReader reader = FORMAT.reader(bytes);
        try {
            CooccurrenceModel memory = new CooccurrenceModel(
                    new CooccurrenceConfig(reader.readVarint31(), reader.readVarint31(), reader.readVarint31()));
            memory.restoreClicks(reader.readVarint63());
            double[] mixture = new double[reader.readCount(Double.BYTES)];
            for (int i = 0; i < mixture.length; i++) {
                mixture[i] = Double.longBitsToDouble(reader.readLong());
            }
            memory.restoreMixture(mixture);
            readItems(reader, memory, itemRows);
            if (BinaryFormat.versionOf(bytes) >= FIRST_WITH_LOG) {
                readLog(reader, memory.log(), itemRows);
                readRecent(reader, memory.recent(), itemRows);
            }
            reader.requireEnd();
            return memory;
        } catch (IllegalArgumentException e) {
            throw new CorruptFormatException("co-occurrence memory: " + e.getMessage(), e);
        }
    }

    private static void readItems(ByteReader reader, CooccurrenceModel memory, int itemRows) {
        int items = reader.readCount(MIN_ITEM_BYTES);
        long row = 0;
        for (int item = 0; item < items; item++) {
            row += reader.readVarint31();
            int checked = checkedRow(reader, row, itemRows);
            if (memory.neighboursOf(checked) != null) {
                throw reader.corrupt("each item must occur once", "row", row);
            }
            NeighbourList list = memory.neighboursToChange(checked);
            readNeighbours(reader, list, memory.config(), itemRows);
        }
    }

    private static void readNeighbours(ByteReader reader, NeighbourList list, CooccurrenceConfig config, int itemRows) {
        int neighbours = reader.readCount(MIN_NEIGHBOUR_BYTES);
        if (neighbours < 1 || neighbours > config.neighbours()) {
            throw reader.corrupt("neighbours must be from 1 to " + config.neighbours(), "neighbours", neighbours);
        }
        long total = 0;
        for (int place = 0; place < neighbours; place++) {
            int row = checkedRow(reader, reader.readVarint31(), itemRows);
            int after = reader.readVarint31();
            int before = reader.readVarint31();
            total += (long) after + before;
            if ((long) after + before < 1) {
                throw reader.corrupt("weight must be positive", "weight", (long) after + before);
            }
            if (total > config.halvingWeight()) {
                throw reader.corrupt("weights must add up to at most " + config.halvingWeight(), "total", total);
            }
            list.restore(row, after, before);
        }
    }

    private static void writeLog(ByteWriter writer, ClickLog log) {
        writer.writeVarint(log.size());
        for (int newer = log.size() - 1; newer >= 0; newer--) {
            int slot = log.slot(newer);
            writer.writeVarint(log.row(slot) + 1);
            writer.writeVarint(log.distanceBefore(slot));
        }
    }

    private static void readLog(ByteReader reader, ClickLog log, int itemRows) {
        int clicks = reader.readCount(MIN_CLICK_BYTES);
        if (clicks > ClickLog.CAPACITY) {
            throw reader.corrupt("clicks in the log must be at most " + ClickLog.CAPACITY, "clicks", clicks);
        }
        for (int click = 0; click < clicks; click++) {
            int row = checkedRow(reader, reader.readVarint31(), itemRows + 1L) - 1;
            int distance = reader.readVarint31();
            boolean isInLog = distance > 0 && distance <= click;
            if (distance > ClickLog.CAPACITY || (isInLog && log.afterOf(log.slot(distance - 1)) != ClickLog.NONE)) {
                throw reader.corrupt("a click must follow the last one of a session", "distance", distance);
            }
            log.restore(row, distance);
        }
    }

    private static void readRecent(ByteReader reader, RecentClicks recent, int itemRows) {
        int clicks = reader.readCount(1);
        if (clicks > RecentClicks.CAPACITY) {
            throw reader.corrupt("newest clicks must be at most " + RecentClicks.CAPACITY, "clicks", clicks);
        }
        for (int click = 0; click < clicks; click++) {
            recent.add(checkedRow(reader, reader.readVarint31(), itemRows));
        }
    }

    private static int checkedRow(ByteReader reader, long row, long limit) {
        if (row >= limit) {
            throw reader.corrupt("item row must be below " + limit, "row", row);
        }
        return (int) row;
    }
}
