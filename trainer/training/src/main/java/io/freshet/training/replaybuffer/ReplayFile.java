package io.freshet.training.replaybuffer;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatException;
import io.freshet.store.format.FormatFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Writes and reads the file of a replay reservoir in a snapshot: version 1 if every position has weight 1 as a
 * target, else version 2, which appends the weights. The order of the slots is a part of the state, because draws
 * refer to slots.
 *
 * <pre>
 * 3 bytes   46 52 01 or 46 52 02: magic, kind 'R', version
 * varint    capacity in users
 * varint    maximum positions of a user, {@value #MOST_POSITIONS} at most
 * 8 bytes   seed, little endian
 * varint    users replaced so far
 * varint    number of slots in use, then for each
 *   varint  length of the user id in bytes
 *   bytes   user id, UTF-8
 *   varint  number of positions, then for each, oldest first
 *     varint  item row
 * in version 2:
 *   varint    number of different weights, then for each, in order of first use
 *     4 bytes float, little endian: 0 or more
 *   for each position of each slot, in order
 *     varint  index of its weight, from 0
 * 4 bytes   CRC-32C of all bytes before, little endian
 * </pre>
 */
public final class ReplayFile {
    public static final String NAME = "replay.bin";

    private static final int WITH_WEIGHTS = 2;
    private static final BinaryFormat ALIKE = new BinaryFormat("replay reservoir", 'R', 1, 1);
    private static final BinaryFormat WEIGHTED = new BinaryFormat("replay reservoir", 'R', 1, WITH_WEIGHTS);
    private static final int TYPICAL_SLOT_BYTES = 48;
    private static final int MIN_SLOT_BYTES = 2;

    /**
     * Maximum positions of a user in a file, more than any configuration allows. It limits the memory that a file can
     * claim: each slot of a reservoir takes memory for the maximum number of positions.
     */
    static final int MOST_POSITIONS = 1 << 12;

    private ReplayFile() {}

    /** Writes a reservoir to a file, which is created or replaced. */
    public static void write(Path file, ReplayReservoir reservoir) throws IOException {
        Files.write(file, encode(reservoir));
    }

    /**
     * Reads a reservoir, which continues where the written one left off.
     *
     * @param itemRows number of rows of the vocabulary that belongs to the reservoir; every row in the file must be
     *     below it
     * @throws FormatException if the file is corrupt, too old or too new
     */
    public static ReplayReservoir read(Path file, int itemRows) throws IOException {
        return FormatFile.read(file, bytes -> decode(bytes, itemRows));
    }

    static byte[] encode(ReplayReservoir reservoir) {
        Map<Float, Integer> weights = weightsOf(reservoir);
        boolean weighted = weights.keySet().stream().anyMatch(weight -> weight != 1f);
        BinaryFormat format = weighted ? WEIGHTED : ALIKE;
        ByteWriter writer = format.writer(32 + TYPICAL_SLOT_BYTES * reservoir.size());
        writer.writeVarint(reservoir.capacity());
        writer.writeVarint(reservoir.maxLength());
        writer.writeLong(reservoir.seed());
        writer.writeVarint(reservoir.replacements());
        writer.writeVarint(reservoir.size());
        for (int slot = 0; slot < reservoir.size(); slot++) {
            writer.writeString(reservoir.userAt(slot));
            int length = reservoir.lengthAt(slot);
            writer.writeVarint(length);
            for (int position = 0; position < length; position++) {
                writer.writeVarint(reservoir.rowAt(slot, position));
            }
        }
        if (weighted) {
            writeWeights(writer, reservoir, weights);
        }
        return format.seal(writer);
    }

    /** Returns the index of each different weight, in order of first use; empty if all weights are known to be 1. */
    private static Map<Float, Integer> weightsOf(ReplayReservoir reservoir) {
        Map<Float, Integer> numbers = new LinkedHashMap<>();
        if (!reservoir.hasWeights()) {
            return numbers;
        }
        forEachPosition(reservoir, (slot, position) -> {
            float weight = reservoir.weightAt(slot, position);
            numbers.putIfAbsent(weight, numbers.size());
        });
        return numbers;
    }

    private static void writeWeights(ByteWriter writer, ReplayReservoir reservoir, Map<Float, Integer> numbers) {
        writer.writeVarint(numbers.size());
        numbers.keySet().forEach(weight -> writer.writeInt(Float.floatToRawIntBits(weight)));
        forEachPosition(
                reservoir,
                (slot, position) ->
                        writer.writeVarint(Objects.requireNonNull(numbers.get(reservoir.weightAt(slot, position)))));
    }

    @FunctionalInterface
    private interface PositionConsumer {
        void accept(int slot, int position);
    }

    private static void forEachPosition(ReplayReservoir reservoir, PositionConsumer to) {
        for (int slot = 0; slot < reservoir.size(); slot++) {
            for (int position = 0; position < reservoir.lengthAt(slot); position++) {
                to.accept(slot, position);
            }
        }
    }

    static ReplayReservoir decode(byte[] bytes, int itemRows) {
        ByteReader reader = WEIGHTED.reader(bytes);
        int capacity = reader.readVarint31();
        int maxLength = reader.readVarint31();
        long seed = reader.readLong();
        long replacements = reader.readVarint63();
        if (maxLength > MOST_POSITIONS) {
            throw reader.corrupt("positions of a user must be at most " + MOST_POSITIONS, "positions", maxLength);
        }
        int slots = reader.readCount(MIN_SLOT_BYTES);
        try {
            ReplayReservoir reservoir = new ReplayReservoir(capacity, maxLength, seed, Math.max(1, slots));
            readSlots(reader, reservoir, slots, itemRows);
            if (BinaryFormat.versionOf(bytes) == WITH_WEIGHTS) {
                readWeights(reader, reservoir);
            }
            reader.requireEnd();
            reservoir.restoreReplacements(replacements);
            return reservoir;
        } catch (IllegalArgumentException e) {
            throw new CorruptFormatException("replay reservoir: " + e.getMessage(), e);
        }
    }

    private static void readWeights(ByteReader reader, ReplayReservoir reservoir) {
        float[] weights = reader.readFloats(reader.readCount(Float.BYTES));
        for (float weight : weights) {
            if (!(weight >= 0 && weight < Float.POSITIVE_INFINITY)) {
                throw reader.corrupt("weight must be finite and not negative", "weight", weight);
            }
        }
        forEachPosition(reservoir, (slot, position) -> {
            int number = reader.readVarint31();
            if (number >= weights.length) {
                throw reader.corrupt("number of a weight must be below " + weights.length, "number", number);
            }
            reservoir.restoreWeight(slot, position, weights[number]);
        });
    }

    private static void readSlots(ByteReader reader, ReplayReservoir reservoir, int slots, int itemRows) {
        int[] sequence = new int[0];
        for (int slot = 0; slot < slots; slot++) {
            String user = reader.readString();
            int length = reader.readCount(1);
            if (length > reservoir.maxLength()) {
                throw reader.corrupt("positions must be at most " + reservoir.maxLength(), "positions", length);
            }
            sequence = sequence.length < length ? new int[length] : sequence;
            for (int position = 0; position < length; position++) {
                int row = reader.readVarint31();
                if (row >= itemRows) {
                    throw reader.corrupt("item row must be below " + itemRows, "row", row);
                }
                sequence[position] = row;
            }
            reservoir.restore(user, sequence, length);
        }
    }
}
