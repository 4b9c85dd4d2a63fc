package io.freshet.store.snapshot;

/** Element types that Freshet stores in safetensors files, named as in that format. */
public enum DType {
    F32(4),
    I32(4),
    I64(8),
    U8(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Returns the number of bytes of one element. */
    public int bytes() {
        return bytes;
    }
}
