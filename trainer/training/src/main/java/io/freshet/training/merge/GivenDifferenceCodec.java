package io.freshet.training.merge;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Encodes what a learner gives to a merge as records of {@code model-merges}, version 1, and the announcement of a lineage,
 * which has no parts. Large differences have several parts.
 *
 * <pre>
 * 3 bytes    46 4c 01: magic, kind 'L', version
 * varint     lineage
 * varint     number of learners
 * varint     step of the base
 * 4 bytes    digest of the base, little endian
 * varint     number of parts, 0 for an announcement; then, unless it is 0:
 *   varint   number of this part, from 0
 *   varint   number of positions in the input, 0 but in part 0; for each of them:
 *     varint   partition
 *     varint   next offset to learn from
 *   varint   number of bytes of the difference that are in this part, then
 *     bytes    these bytes
 * 4 bytes    CRC-32C of all bytes before, little endian
 * </pre>
 */
public final class GivenDifferenceCodec {
    private static final BinaryFormat FORMAT = new BinaryFormat("given difference", 'L', 1, 1);
    private static final int HEAD_BYTES = 64;

    private GivenDifferenceCodec() {}

    /**
     * A record of the topic.
     *
     * @param number number of this part, from 0
     * @param parts number of parts; 0 for an announcement
     * @param inputs positions in the input, which part 0 has
     * @param bytes part of the encoded difference
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Part(
            GivenDifference.Round round, int number, int parts, SortedMap<Integer, Long> inputs, byte[] bytes) {
        /** Returns whether the record announces a lineage. */
        public boolean isAnnouncement() {
            return parts == 0;
        }
    }

    /** Encodes the announcement that a lineage begins. */
    public static byte[] encodeAnnouncement(GivenDifference.Round first) {
        ByteWriter writer = begin(first, 0);
        writer.writeVarint(0);
        return FORMAT.seal(writer);
    }

    /**
     * Encodes what a learner gives.
     *
     * @param mostBytes maximum number of bytes of the difference in a part
     */
    public static List<byte[]> encode(GivenDifference given, int mostBytes) {
        byte[] all = given.encoded();
        int parts = Math.max(1, (int) (((long) all.length + mostBytes - 1) / mostBytes));
        List<byte[]> records = new ArrayList<>(parts);
        for (int part = 0; part < parts; part++) {
            int from = part * mostBytes;
            byte[] bytes = Arrays.copyOfRange(all, from, Math.min(all.length, from + mostBytes));
            ByteWriter writer = begin(given.round(), bytes.length);
            writer.writeVarint(parts);
            writer.writeVarint(part);
            SortedMap<Integer, Long> inputs = part == 0 ? given.inputs() : new TreeMap<>();
            writer.writeVarint(inputs.size());
            inputs.forEach((partition, offset) -> {
                writer.writeVarint(partition);
                writer.writeVarint(offset);
            });
            writer.writeVarint(bytes.length);
            writer.writeBytes(bytes);
            records.add(FORMAT.seal(writer));
        }
        return records;
    }

    private static ByteWriter begin(GivenDifference.Round round, int bytes) {
        ByteWriter writer = FORMAT.writer(HEAD_BYTES + bytes);
        writer.writeVarint(round.lineage());
        writer.writeVarint(round.learners());
        writer.writeVarint(round.base());
        writer.writeInt(round.baseDigest());
        return writer;
    }

    /**
     * Decodes a record.
     *
     * @throws FormatException if the bytes are corrupt, too old or too new
     */
    public static Part decode(byte[] record) {
        ByteReader reader = FORMAT.reader(record);
        long lineage = reader.readVarint63();
        int learners = reader.readVarint31();
        long base = reader.readVarint63();
        int digest = reader.readInts(1)[0];
        try {
            GivenDifference.Round round = new GivenDifference.Round(lineage, learners, base, digest);
            int parts = reader.readVarint31();
            Part part = parts == 0 ? new Part(round, 0, 0, new TreeMap<>(), new byte[0]) : part(reader, round, parts);
            reader.requireEnd();
            return part;
        } catch (IllegalArgumentException e) {
            throw new CorruptFormatException("given difference: " + e.getMessage(), e);
        }
    }

    private static Part part(ByteReader reader, GivenDifference.Round round, int parts) {
        int number = reader.readVarint31();
        if (number >= parts) {
            throw reader.corrupt("the number of a part must be below that of the parts, " + parts, "number", number);
        }
        SortedMap<Integer, Long> inputs = new TreeMap<>();
        int positions = reader.readCount(2);
        for (int i = 0; i < positions; i++) {
            int partition = reader.readVarint31();
            inputs.put(partition, reader.readVarint63());
        }
        return new Part(round, number, parts, inputs, reader.readBytes(reader.readCount(1)));
    }

    /** Joins the parts of the differences of one learner, in the order of its records. Not thread-safe. */
    public static final class Assembler {
        private final List<Part> parts = new ArrayList<>();

        /** Adds the next part. Returns the whole if this was the last part, otherwise null. */
        public @Nullable GivenDifference add(Part part) {
            boolean continues = !parts.isEmpty()
                    && parts.getFirst().round().equals(part.round())
                    && parts.getFirst().parts() == part.parts()
                    && parts.size() == part.number();
            if (!continues) {
                parts.clear();
            }
            if (part.number() != parts.size()) {
                return null;
            }
            parts.add(part);
            if (parts.size() < part.parts()) {
                return null;
            }
            byte[] all =
                    new byte[parts.stream().mapToInt(one -> one.bytes().length).sum()];
            int at = 0;
            for (Part one : parts) {
                System.arraycopy(one.bytes(), 0, all, at, one.bytes().length);
                at += one.bytes().length;
            }
            GivenDifference whole =
                    new GivenDifference(part.round(), parts.getFirst().inputs(), all);
            parts.clear();
            return whole;
        }
    }
}
