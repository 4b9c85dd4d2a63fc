package io.freshet.training.metrics;

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
 * Binary form of prequential metrics in a snapshot, version 2.
 *
 * <pre>
 * 3 bytes     46 45 02: magic, kind 'E', version
 * for the mixture, for the network and for the memory
 *   varint    k
 *   varint    number of events at each rank from 1 to k, k of them
 *   varint    number of events at worse ranks, including misses
 *   varint    maximum number of events in the window
 *   varint    number of events in the window, then for each, oldest first
 *     1 byte  the rank minus 1, or k for a worse one
 * 4 bytes     CRC-32C of all preceding bytes, little endian
 * </pre>
 *
 * <p>Version 1 is still readable. It has only the metrics of the served model, because models had no memory. They stand
 * in for the network's metrics, and the memory's begin without events.
 */
public final class PrequentialFile {
    public static final String NAME = "prequential.bin";

    private static final BinaryFormat FORMAT = new BinaryFormat("prequential metrics", 'E', 1, 2);
    private static final int FIRST_WITH_PARTS = 2;

    private static final int TYPICAL_BYTES = 1 << 14;

    private PrequentialFile() {}

    /** Writes metrics to a file, which is created or replaced. */
    public static void write(Path file, ModelMetrics metrics) throws IOException {
        Files.write(file, encode(metrics));
    }

    /**
     * Reads metrics, which continue from where the written ones ended.
     *
     * @throws FormatException if the file is corrupt, too old or too new
     */
    public static ModelMetrics read(Path file) throws IOException {
        return FormatFile.read(file, PrequentialFile::decode);
    }

    /** Returns the bytes of the file. */
    public static byte[] encode(ModelMetrics metrics) {
        PrequentialMetrics served = metrics.served();
        ByteWriter writer = FORMAT.writer(TYPICAL_BYTES);
        write(writer, served);
        write(writer, metrics.network());
        write(writer, metrics.memory());
        return FORMAT.seal(writer);
    }

    private static void write(ByteWriter writer, PrequentialMetrics metrics) {
        byte[] recent = metrics.recentBuckets();
        writer.writeVarint(metrics.k());
        for (long count : metrics.countsOfAll()) {
            writer.writeVarint(count);
        }
        writer.writeVarint(metrics.window());
        writer.writeVarint(recent.length);
        for (byte bucket : recent) {
            writer.writeByte(bucket);
        }
    }

    static ModelMetrics decode(byte[] bytes) {
        ByteReader reader = FORMAT.reader(bytes);
        PrequentialMetrics served = read(reader);
        ModelMetrics metrics = BinaryFormat.versionOf(bytes) < FIRST_WITH_PARTS
                ? withoutMemory(served)
                : new ModelMetrics(served, read(reader), read(reader));
        reader.requireEnd();
        return metrics;
    }

    private static ModelMetrics withoutMemory(PrequentialMetrics served) {
        return new ModelMetrics(
                served,
                PrequentialMetrics.of(served.countsOfAll(), served.recentBuckets(), served.window()),
                new PrequentialMetrics(served.k(), served.window()));
    }

    private static PrequentialMetrics read(ByteReader reader) {
        long[] counts = new long[reader.readCount(1) + 1];
        for (int bucket = 0; bucket < counts.length; bucket++) {
            counts[bucket] = reader.readVarint63();
        }
        int window = reader.readVarint31();
        byte[] recent = new byte[reader.readCount(1)];
        for (int i = 0; i < recent.length; i++) {
            int bucket = reader.readByte();
            if (bucket >= counts.length) {
                throw reader.corrupt("rank must be at most k + 1", "rank", bucket + 1);
            }
            recent[i] = (byte) bucket;
        }
        try {
            return PrequentialMetrics.of(counts, recent, window);
        } catch (IllegalArgumentException e) {
            throw new CorruptFormatException("prequential metrics: " + e.getMessage(), e);
        }
    }
}
