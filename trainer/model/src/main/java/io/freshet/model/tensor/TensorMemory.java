package io.freshet.model.tensor;

import org.bytedeco.javacpp.Pointer;

/**
 * Off-heap memory of the whole JVM in bytes: the memory of tensors, and the amounts counted by JavaCPP, through which
 * ND4J calls native code.
 */
public final class TensorMemory {
    private TensorMemory() {}

    /** Returns the memory of tensors. They are allocated in native code, where JavaCPP does not count them. */
    public static long usedBytes() {
        return FloatBlock.openBytes();
    }

    /** Returns the memory that JavaCPP itself has allocated. */
    public static long javaCppBytes() {
        return Pointer.totalBytes();
    }

    /** Returns the limit for tensors, {@code -Dorg.bytedeco.javacpp.maxbytes}, or 0 if there is none. */
    public static long maxBytes() {
        return Pointer.maxBytes();
    }

    /** Returns the resident memory of the whole process, which JavaCPP limits to {@link #maxProcessBytes}. */
    public static long processBytes() {
        return Pointer.physicalBytes();
    }

    /** Returns the limit {@code -Dorg.bytedeco.javacpp.maxphysicalbytes}, or 0 if there is none. */
    public static long maxProcessBytes() {
        return Pointer.maxPhysicalBytes();
    }
}
