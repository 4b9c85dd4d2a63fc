package io.freshet.store.modellog;

import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;

/**
 * Binary form of a {@link MemoryDelta} inside the head of a model delta.
 *
 * <pre>
 * varint     number of steps, then for each
 *   varint   number of clicks and erasures, then for each
 *     varint history length, h; 0 for an erasure
 *     varint for a click: item row, h + 1 of them
 *            for an erasure: number of clicks to erase, e, and then e item rows
 * varint     number of mixture values, then for each
 *   8 bytes  float64 little endian
 * </pre>
 */
final class MemoryDeltaCodec {
    private static final int MIN_CLICK_BYTES = 2;
    private static final int ERASURE = 0;

    private MemoryDeltaCodec() {}

    /** Returns roughly the number of bytes that {@link #write} writes. */
    static int typicalBytes(MemoryDelta delta) {
        return 16 + 2 * delta.clicksOfStep().length + 3 * delta.rows().length + Double.BYTES * delta.mixture().length;
    }

    static void write(ByteWriter writer, MemoryDelta delta) {
        int click = 0;
        int position = 0;
        writer.writeVarint(delta.clicksOfStep().length);
        for (int clicks : delta.clicksOfStep()) {
            writer.writeVarint(clicks);
            for (int end = click + clicks; click < end; click++) {
                int length = delta.historyLengths()[click];
                writer.writeVarint(Math.max(length, ERASURE));
                if (length < 0) {
                    writer.writeVarint(-length);
                }
                for (int next = position + Math.max(length + 1, -length); position < next; position++) {
                    writer.writeVarint(delta.rows()[position]);
                }
            }
        }
        writer.writeVarint(delta.mixture().length);
        for (double value : delta.mixture()) {
            writer.writeLong(Double.doubleToRawLongBits(value));
        }
    }

    /** @param mayErase whether the format has erasures, as it does since version {@value ModelDeltaCodec#FIRST_WITH_ERASURES} */
    static MemoryDelta read(ByteReader reader, boolean mayErase) {
        int[] clicksOfStep = new int[reader.readCount(1)];
        Ints lengths = new Ints();
        Ints rows = new Ints();
        for (int step = 0; step < clicksOfStep.length; step++) {
            clicksOfStep[step] = reader.readCount(MIN_CLICK_BYTES);
            for (int click = 0; click < clicksOfStep[step]; click++) {
                int length = reader.readCount(1);
                boolean erases = mayErase && length == ERASURE;
                int rowCount = erases ? reader.readCount(1) : length + 1;
                lengths.add(erases ? -rowCount : length);
                for (int i = 0; i < rowCount; i++) {
                    rows.add(reader.readVarint31());
                }
            }
        }
        double[] mixture = new double[reader.readCount(Double.BYTES)];
        for (int i = 0; i < mixture.length; i++) {
            mixture[i] = Double.longBitsToDouble(reader.readLong());
        }
        return new MemoryDelta(clicksOfStep, lengths.toArray(), rows.toArray(), mixture);
    }
}
