package io.freshet.tensor;

import org.bytedeco.javacpp.Pointer;

/** Memory outside the heap: that of tensors, and what JavaCPP, which ND4J reaches native code by, says. Of the whole JVM. */
public final class TensorMemory {
    private TensorMemory() {}

    /** Of tensors. They are allocated in native code, where JavaCPP does not count them. */
    public static long usedBytes() {
        return FloatBlock.openBytes();
    }

    /** What JavaCPP itself has allocated. */
    public static long javaCppBytes() {
        return Pointer.totalBytes();
    }

    /** What tensors are held to, {@code -Dorg.bytedeco.javacpp.maxbytes}; 0 for no bound. */
    public static long maxBytes() {
        return Pointer.maxBytes();
    }

    /** Resident memory of the whole process, which JavaCPP holds against {@link #maxProcessBytes}. */
    public static long processBytes() {
        return Pointer.physicalBytes();
    }

    /** {@code -Dorg.bytedeco.javacpp.maxphysicalbytes}; 0 for no bound. */
    public static long maxProcessBytes() {
        return Pointer.maxPhysicalBytes();
    }
}
