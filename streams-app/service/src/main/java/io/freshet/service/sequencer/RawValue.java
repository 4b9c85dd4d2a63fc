package io.freshet.service.sequencer;

import org.jspecify.annotations.Nullable;

/** A record's value as received. The array must not be modified. */
final class RawValue {
    private final byte @Nullable [] bytes;

    RawValue(byte @Nullable [] bytes) {
        this.bytes = bytes;
    }

    byte @Nullable [] bytes() {
        return bytes;
    }
}
