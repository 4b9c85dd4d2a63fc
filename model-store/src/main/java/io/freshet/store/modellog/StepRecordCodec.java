package io.freshet.store.modellog;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Binary form of a step record: version 2 if the step ranked every click, else version 3.
 *
 * <pre>
 * 3 bytes   46 53 02 or 46 53 03: magic, kind 'S', version
 * varint    step
 * varint    number of input ranges, then for each
 *   varint  bytes of the topic
 *   bytes   topic, UTF-8
 *   varint  partition
 *   varint  from
 *   varint  to minus from
 * version 3 only
 *   varint  share of the clicks that were ranked, in millionths
 *   varint  number of positions
 *   bytes   one bit for each position, the lowest of a byte first: 1 if it was not ranked
 * varint    number of ranks, then for each (in version 3: of the positions that were ranked)
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

    private static final int FIRST_WITH_PARTS = 2;
    private static final int FIRST_WITH_SHARES = 3;
    private static final BinaryFormat FORMAT = new BinaryFormat("step record", KIND, 1, FIRST_WITH_SHARES);

    /** Format of a step that ranked every click, which programs of the version before read, too. */
    private static final BinaryFormat ALL_RANKED = new BinaryFormat("step record", KIND, 1, FIRST_WITH_PARTS);

    private static final int MISS_CODE = 1;
    private static final int MIN_RANGE_BYTES = 4;
    private static final int TYPICAL_RANGE_BYTES = 32;

    private StepRecordCodec() {}

    static byte[] encode(StepRecord record) {
        boolean hasShare = !record.rankShare().isAll();
        BinaryFormat format = hasShare ? FORMAT : ALL_RANKED;
        ByteWriter writer = format.writer(16
                + TYPICAL_RANGE_BYTES * record.ranges().size()
                + 6 * record.ranks().length
                + 3 * record.clickTimestampsMs().length);
        writer.writeVarint(record.step());
        writeRanges(writer, record.ranges());
        if (hasShare) {
            writer.writeVarint(record.rankShare().millionths());
            writePositions(writer, record.ranks());
        }
        writeRanks(writer, record.ranks());
        writeRanks(writer, record.targetRanks().network());
        writeRanks(writer, record.targetRanks().memory());
        writeTimestamps(writer, record.clickTimestampsMs());
        return format.seal(writer);
    }

    static StepRecord decode(byte[] bytes) {
        ByteReader reader = FORMAT.reader(bytes);
        long step = reader.readVarint63();
        List<InputRange> ranges = readRanges(reader);
        boolean hasShare = BinaryFormat.versionOf(bytes) >= FIRST_WITH_SHARES;
        RankShare share = hasShare ? readShare(reader) : RankShare.ALL;
        @Nullable Positions positions = hasShare ? readPositions(reader) : null;
        int[] ranks = readRanks(reader);
        boolean hasParts = BinaryFormat.versionOf(bytes) >= FIRST_WITH_PARTS;
        int[] networkRanks = hasParts ? readRanks(reader, ranks.length) : ranks.clone();
        int[] memoryRanks = hasParts ? readRanks(reader, ranks.length) : misses(ranks);
        long[] timestamps = readTimestamps(reader);
        reader.requireEnd();
        TargetRanks targetRanks = new TargetRanks(ranks, networkRanks, memoryRanks);
        return new StepRecord(
                step,
                ranges,
                positions == null ? targetRanks : positions.withUnranked(targetRanks, reader),
                share,
                timestamps);
    }

    /** A step's new positions, and which of them were not ranked. */
    private record Positions(int count, BitSet unranked) {
        TargetRanks withUnranked(TargetRanks ranked, ByteReader reader) {
            if (ranked.served().length != count - unranked.cardinality()) {
                throw reader.corrupt(
                        "there must be a rank for each position that was ranked", "ranks", ranked.served().length);
            }
            return new TargetRanks(
                    withUnranked(ranked.served()), withUnranked(ranked.network()), withUnranked(ranked.memory()));
        }

        private int[] withUnranked(int[] ranked) {
            int[] all = new int[count];
            int next = 0;
            for (int position = 0; position < count; position++) {
                all[position] = unranked.get(position) ? StepRecord.UNRANKED : ranked[next++];
            }
            return all;
        }
    }

    private static RankShare readShare(ByteReader reader) {
        int millionths = reader.readVarint31();
        if (millionths < 1 || millionths >= RankShare.ALL.millionths()) {
            throw reader.corrupt("a step of this version must rank a part of the clicks", "millionths", millionths);
        }
        return new RankShare(millionths);
    }

    private static void writePositions(ByteWriter writer, int[] ranks) {
        writer.writeVarint(ranks.length);
        for (int first = 0; first < ranks.length; first += Byte.SIZE) {
            int bits = 0;
            for (int position = first; position < Math.min(first + Byte.SIZE, ranks.length); position++) {
                bits |= ranks[position] == StepRecord.UNRANKED ? 1 << (position - first) : 0;
            }
            writer.writeByte(bits);
        }
    }

    private static Positions readPositions(ByteReader reader) {
        int count = reader.readVarint31();
        int bytes = count / Byte.SIZE + (count % Byte.SIZE == 0 ? 0 : 1);
        if (bytes > reader.remaining()) {
            throw reader.corrupt("there must be one bit for each position", "positions", count);
        }
        byte[] bits = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            bits[i] = (byte) reader.readByte();
        }
        BitSet unranked = BitSet.valueOf(bits);
        if (unranked.length() > count) {
            throw reader.corrupt("bits after the last position must be 0", "positions", count);
        }
        return new Positions(count, unranked);
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
        int[] ranked =
                Arrays.stream(ranks).filter(rank -> rank != StepRecord.UNRANKED).toArray();
        writer.writeVarint(ranked.length);
        for (int rank : ranked) {
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
