package io.freshet.store.modellog;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Binary form of a step record, version 2.
 *
 * <pre>
 * 3 bytes   46 53 02: magic, kind 'S', version
 * varint    step
 * varint    number of input ranges, then for each
 *   varint  bytes of the topic
 *   bytes   topic, UTF-8
 *   varint  partition
 *   varint  from
 *   varint  to minus from
 * varint    number of ranks, then for each
 *   varint  0 for no event, 1 for a miss, else the rank plus 1
 * the same for the network's ranks, and for the memory's
 * varint    number of click timestamps, then for each
 *   zigzag  timestamp minus the previous one (the first: minus 0), ms
 * 4 bytes   CRC-32C of all preceding bytes, little endian
 * </pre>
 *
 * <p>Version 1 is still readable. It has neither the network's nor the memory's ranks, because models had no memory. The
 * reader uses the model's ranks as the network's ranks, and sets each rank of the memory to a miss.
 */
final class StepRecordCodec {
    static final char KIND = 'S';

    private static final BinaryFormat FORMAT = new BinaryFormat("step record", KIND, 1, 2);
    private static final int FIRST_WITH_PARTS = 2;
    private static final int MISS_CODE = 1;
    private static final int MIN_RANGE_BYTES = 4;
    private static final int TYPICAL_RANGE_BYTES = 32;

    private StepRecordCodec() {}

    static byte[] encode(StepRecord record) {
        ByteWriter writer = FORMAT.writer(16
                + TYPICAL_RANGE_BYTES * record.ranges().size()
                + 6 * record.ranks().length
                + 3 * record.clickTimestampsMs().length);
        writer.writeVarint(record.step());
        writeRanges(writer, record.ranges());
        writeRanks(writer, record.ranks());
        writeRanks(writer, record.targetRanks().network());
        writeRanks(writer, record.targetRanks().memory());
        writeTimestamps(writer, record.clickTimestampsMs());
        return FORMAT.seal(writer);
    }

    static StepRecord decode(byte[] bytes) {
        ByteReader reader = FORMAT.reader(bytes);
        long step = reader.readVarint63();
        List<InputRange> ranges = readRanges(reader);
        int[] ranks = readRanks(reader);
        boolean hasParts = BinaryFormat.versionOf(bytes) >= FIRST_WITH_PARTS;
        int[] networkRanks = hasParts ? readRanks(reader, ranks.length) : ranks.clone();
        int[] memoryRanks = hasParts ? readRanks(reader, ranks.length) : misses(ranks);
        long[] timestamps = readTimestamps(reader);
        reader.requireEnd();
        return new StepRecord(step, ranges, new TargetRanks(ranks, networkRanks, memoryRanks), timestamps);
    }

    private static void writeRanges(ByteWriter writer, List<InputRange> ranges) {
        writer.writeVarint(ranges.size());
        for (InputRange range : ranges) {
            writer.writeString(range.topic());
            writer.writeVarint(range.partition());
            writer.writeVarint(range.from());
            writer.writeVarint(range.to() - range.from());
        }
    }

    private static List<InputRange> readRanges(ByteReader reader) {
        int count = reader.readCount(MIN_RANGE_BYTES);
        List<InputRange> ranges = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String topic = reader.readString();
            int partition = reader.readVarint31();
            long from = reader.readVarint63();
            long length = reader.readVarint63();
            if (length > Long.MAX_VALUE - from) {
                throw reader.corrupt("a range must end below 2^63", "length", length);
            }
            ranges.add(new InputRange(topic, partition, from, from + length));
        }
        return ranges;
    }

    private static void writeRanks(ByteWriter writer, int[] ranks) {
        writer.writeVarint(ranks.length);
        for (int rank : ranks) {
            writer.writeVarint(
                    switch (rank) {
                        case StepRecord.NO_EVENT -> 0;
                        case StepRecord.MISS -> MISS_CODE;
                        default -> rank + 1;
                    });
        }
    }

    private static int[] readRanks(ByteReader reader, int count) {
        int[] ranks = readRanks(reader);
        if (ranks.length != count) {
            throw reader.corrupt("there must be " + count + " ranks of each kind", "ranks", ranks.length);
        }
        return ranks;
    }

    private static int[] readRanks(ByteReader reader) {
        int[] ranks = new int[reader.readCount(1)];
        for (int i = 0; i < ranks.length; i++) {
            int code = reader.readVarint31();
            ranks[i] = code == 0 ? StepRecord.NO_EVENT : code == MISS_CODE ? StepRecord.MISS : code - 1;
        }
        return ranks;
    }

    /** Returns a miss for each rank that belongs to an event. */
    private static int[] misses(int[] ranks) {
        return Arrays.stream(ranks)
                .map(rank -> rank == StepRecord.NO_EVENT ? StepRecord.NO_EVENT : StepRecord.MISS)
                .toArray();
    }

    private static void writeTimestamps(ByteWriter writer, long[] timestampsMs) {
        writer.writeVarint(timestampsMs.length);
        long before = 0;
        for (long timestampMs : timestampsMs) {
            writer.writeZigzag(timestampMs - before);
            before = timestampMs;
        }
    }

    private static long[] readTimestamps(ByteReader reader) {
        long[] timestampsMs = new long[reader.readCount(1)];
        long before = 0;
        for (int i = 0; i < timestampsMs.length; i++) {
            before += reader.readZigzag();
            timestampsMs[i] = before;
        }
        return timestampsMs;
    }
}
