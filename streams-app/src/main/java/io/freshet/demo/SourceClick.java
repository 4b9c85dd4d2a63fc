package io.freshet.demo;

import org.jspecify.annotations.Nullable;

/**
 * One click as it goes to Kafka.
 *
 * <p>{@code position} counts from 1 and grows from click to click, not always by one. {@code key} is the user, null
 * where a row names none. {@code value} belongs to the receiver.
 */
final class SourceClick {
    private final long position;
    private final @Nullable String key;
    private final byte[] value;

    SourceClick(long position, @Nullable String key, byte[] value) {
        this.position = position;
        this.key = key;
        this.value = value;
    }

    long position() {
        return position;
    }

    @Nullable
    String key() {
        return key;
    }

    byte[] value() {
        return value;
    }
}
