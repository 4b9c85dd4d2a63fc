package io.freshet.model.tensor;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A block of float32 memory outside the heap. It belongs to an ND4J array, and the kernels see it as a memory segment, so
 * ND4J's operations work on the same memory without a copy.
 *
 * <p>This class limits all blocks together to {@code -Dorg.bytedeco.javacpp.maxbytes}, because ND4J allocates them in native
 * code, where JavaCPP does not count them. JavaCPP itself enforces {@code maxphysicalbytes} for the whole process.
 *
 * <p>The block owns the array. The segment must not be accessed after {@link #close}.
 */
public final class FloatBlock implements AutoCloseable {
    /** Bytes of all open blocks in this JVM. */
    private static final AtomicLong OPEN_BYTES = new AtomicLong();

    /** Alignment of blocks in bytes. They begin at a cache line, so that no vector spans two lines. */
    private static final int ALIGNMENT = 64;

    private final INDArray array; // (length + padding) float32
    private final MemorySegment memory;
    private final long length;
    private final long first; // the block's first float in the array

    // reinterpret is restricted because a wrong length reads past the array: here it is the array's own.
    @SuppressWarnings("restricted")
    private FloatBlock(long length) {
        if (length <= 0) {
            throw new IllegalArgumentException("a block must have at least one float: length=" + length);
        }
        this.length = length;
        this.array = allocate(length);
        long address = array.data().address();
        long aligned = (address + ALIGNMENT - 1) & -ALIGNMENT;
        this.first = (aligned - address) / Float.BYTES;
        this.memory = MemorySegment.ofAddress(aligned).reinterpret(length * Float.BYTES);
    }

    private static INDArray allocate(long length) {
        long bytes = length * Float.BYTES;
        reserve(bytes, Pointer.maxBytes());
        try {
            return Nd4j.createUninitializedDetached(DataType.FLOAT, length + ALIGNMENT / Float.BYTES);
        } catch (RuntimeException | OutOfMemoryError e) {
            OPEN_BYTES.addAndGet(-bytes);
            throw new IllegalStateException(
                    "there must be enough memory for tensors; org.bytedeco.javacpp.maxphysicalbytes limits the process:"
                            + " wanted=" + bytes,
                    e);
        }
    }

    private static void reserve(long bytes, long most) {
        long open = OPEN_BYTES.addAndGet(bytes);
        if (most > 0 && open > most) {
            OPEN_BYTES.addAndGet(-bytes);
            throw new IllegalStateException("tensors must fit into -Dorg.bytedeco.javacpp.maxbytes=" + most
                    + ": in use=" + (open - bytes) + " wanted=" + bytes);
        }
    }

    /** Returns the bytes of all blocks of this JVM that are not closed. */
    public static long openBytes() {
        return OPEN_BYTES.get();
    }

    /**
     * Allocates a block of {@code length} floats, all zero.
     *
     * @throws IllegalStateException if there is no memory for it or the limit would be exceeded
     */
    public static FloatBlock zeros(long length) {
        FloatBlock block = new FloatBlock(length);
        block.memory.fill((byte) 0);
        return block;
    }

    /**
     * Returns the floats in the CPU's byte order, which is little endian. The memory is valid only while this block is
     * reachable and open.
     */
    public MemorySegment memory() {
        return memory;
    }

    /** Returns the number of floats. */
    public long length() {
        return length;
    }

    /** Returns ND4J's view of the same memory (length). Valid until {@link #close}. */
    public INDArray array() {
        return array.get(NDArrayIndex.interval(first, first + length));
    }

    @Override
    public void close() {
        if (!array.wasClosed()) {
            array.close();
            OPEN_BYTES.addAndGet(-memory.byteSize());
        }
    }
}
