package io.freshet.tensor;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A block of float32 memory outside the heap, owned by an ND4J array and seen by the kernels as a memory segment. So
 * ND4J's cap on off-heap memory counts it, its operations work on it, and nothing is copied between the two.
 *
 * <p>The block owns the array: after {@link #close} the segment must not be touched.
 */
public final class FloatBlock implements AutoCloseable {
    /** Of all blocks in this JVM: a count for people to look at, which nothing else depends on. */
    private static final AtomicLong OPEN_BYTES = new AtomicLong();

    private final INDArray array; // (length) float32
    private final MemorySegment memory;
    private final long length;

    // reinterpret is restricted because a wrong length reads past the array: here it is the array's own.
    @SuppressWarnings("restricted")
    private FloatBlock(long length) {
        if (length <= 0) {
            throw new IllegalArgumentException("a block must hold at least one float: length=" + length);
        }
        this.length = length;
        this.array = Nd4j.createUninitializedDetached(DataType.FLOAT, length);
        this.memory = MemorySegment.ofAddress(array.data().address()).reinterpret(length * Float.BYTES);
        OPEN_BYTES.addAndGet(memory.byteSize());
    }

    /** Memory of all blocks of this JVM that are not closed. */
    public static long openBytes() {
        return OPEN_BYTES.get();
    }

    /** A block of {@code length} floats, all zero. */
    public static FloatBlock zeros(long length) {
        FloatBlock block = new FloatBlock(length);
        block.memory.fill((byte) 0);
        return block;
    }

    /** The floats, little endian as the CPU has them; valid until {@link #close}. */
    public MemorySegment memory() {
        return memory;
    }

    /** How many floats. */
    public long length() {
        return length;
    }

    /** ND4J's view of the same memory. */
    public INDArray array() {
        return array;
    }

    @Override
    public void close() {
        if (!array.wasClosed()) {
            array.close();
            OPEN_BYTES.addAndGet(-memory.byteSize());
        }
    }
}
