package io.freshet.store.snapshot;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A named, multidimensional array of numbers, row-major and little endian.
 *
 * @param shape lengths of the dimensions, outermost first; empty for a scalar
 * @param data memory of exactly the elements; the tensor does not own it, and it lives as long as its arena
 */
public record Tensor(String name, DType dtype, List<Long> shape, MemorySegment data) {
    public Tensor {
        shape = List.copyOf(shape);
        long bytes = byteSize(dtype, shape);
        if (bytes != data.byteSize()) {
            throw new IllegalArgumentException("tensor must have the bytes of its shape: name=" + name + ", dtype="
                    + dtype + ", shape=" + shape + ", bytes of the shape=" + bytes + ", bytes=" + data.byteSize());
        }
    }

    /** Returns a tensor over memory that it does not own. */
    public static Tensor of(String name, DType dtype, MemorySegment data, long... shape) {
        return new Tensor(name, dtype, Arrays.stream(shape).boxed().toList(), data);
    }

    /**
     * Returns the number of bytes of a tensor.
     *
     * @throws IllegalArgumentException if a length is negative, or the tensor has more than 2⁶³ - 1 bytes
     */
    static long byteSize(DType dtype, List<Long> shape) {
        long bytes = dtype.bytes();
        for (long length : shape) {
            if (length < 0 || Math.multiplyHigh(bytes, length) != 0 || bytes * length < 0) {
                throw new IllegalArgumentException("shape must have lengths >= 0 and below 2^63 bytes in all: dtype="
                        + dtype + ", shape=" + shape);
            }
            bytes *= length;
        }
        return bytes;
    }
}
