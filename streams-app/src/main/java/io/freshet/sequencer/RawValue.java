package io.freshet.sequencer;

import org.jspecify.annotations.Nullable;

/** A record's value as it was received. The array is nobody's to change. */
final class RawValue {
    private final byte @Nullable [] bytes;

    RawValue(byte @Nullable [] bytes) {
        this.bytes = bytes;
    }

    byte @Nullable [] bytes() {
        return bytes;
    }
}
