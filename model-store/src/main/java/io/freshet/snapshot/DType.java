package io.freshet.snapshot;

/** Element types that Freshet keeps in safetensors, under the names that the format gives them. */
public enum DType {
    F32(4),
    I32(4),
    I64(8),
    U8(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }
}
