package io.freshet.lab.yardstick;

import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Workers;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import jdk.incubator.vector.FloatVector;

/**
 * Measures how fast this machine reads memory, by summing all floats of an item table or of plain memory, vector by
 * vector and chunk by chunk. The rate for an item table is a reference for everything that has to read the table.
 * Owns its threads.
 */
public final class ReadRate implements AutoCloseable {
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;

    private static final long CHUNK = 1 << 20; // bytes

    private final Workers workers;
    private final float[] sums; // (workers)

    /** @param workerCount number of threads that share the chunks, including the caller's */
    public ReadRate(int workerCount) {
        workers = new Workers(workerCount);
        sums = new float[workerCount];
    }

    /** Measures and returns the bytes per second of reading whole tables, whose rows must be whole vectors. */
    public double measure(RowTable table, Duration atLeast) {
        long start = System.nanoTime();
        for (long done = 1; ; done++) {
            read(table);
            long nanos = System.nanoTime() - start;
            if (nanos >= atLeast.toNanos()) {
                return done * table.rowBytes() * table.rows() * 1e9 / nanos;
            }
        }
    }

    /**
     * Measures and returns the bytes per second of reading memory repeatedly. The memory has at least one chunk of
     * {@value #CHUNK} bytes.
     */
    double measure(MemorySegment memory, Duration atLeast) {
        long chunks = memory.byteSize() / CHUNK;
        AtomicLong next = new AtomicLong();
        AtomicLong bytes = new AtomicLong();
        long start = System.nanoTime();
        workers.run(workers.count(), worker -> {
            float sum = 0;
            long read = 0;
            while (System.nanoTime() - start < atLeast.toNanos()) {
                sum += sum(memory.asSlice(next.getAndIncrement() % chunks * CHUNK, CHUNK), CHUNK);
                read += CHUNK;
            }
            bytes.addAndGet(read);
            sums[worker] = sum; // kept, or nothing would be read
        });
        return bytes.get() * 1e9 / (System.nanoTime() - start);
    }

    /** Returns the number of threads that share the chunks. */
    int workers() {
        return workers.count();
    }

    /** Reads the table once. */
    public void read(RowTable table) {
        AtomicInteger next = new AtomicInteger();
        workers.run(Math.clamp(table.chunkCount(), 1, workers.count()), worker -> {
            float sum = 0;
            for (int chunk = next.getAndIncrement(); chunk < table.chunkCount(); chunk = next.getAndIncrement()) {
                sum += sum(table.chunk(chunk).memory(), table.rowsOfChunk(chunk) * table.rowBytes());
            }
            sums[worker] = sum; // kept, or nothing would be read
        });
    }

    /** Sums the floats from four places at a time, which was faster than from one. */
    private static float sum(MemorySegment memory, long bytes) {
        FloatVector a = FloatVector.zero(Lanes.FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        long quarter = bytes / 4 / VECTOR * VECTOR;
        for (long at = 0; at < quarter; at += VECTOR) {
            a = Lanes.load(memory, at).add(a);
            b = Lanes.load(memory, at + quarter).add(b);
            c = Lanes.load(memory, at + 2 * quarter).add(c);
            d = Lanes.load(memory, at + 3 * quarter).add(d);
        }
        for (long at = 4 * quarter; at < bytes; at += VECTOR) {
            a = Lanes.load(memory, at).add(a);
        }
        FloatVector sum = a.add(b).add(c.add(d));
        return Lanes.sum(sum, sum, sum, sum);
    }

    @Override
    public void close() {
        workers.close();
    }
}
