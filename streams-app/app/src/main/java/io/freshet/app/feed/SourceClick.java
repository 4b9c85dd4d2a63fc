package io.freshet.app.feed;

import org.jspecify.annotations.Nullable;

/**
 * One click in the form in which it is sent to Kafka.
 *
 * <p>{@code position} starts at 1 and increases from click to click, not always by one. {@code key} is the user, or
 * null for a row without one. {@code value} belongs to the receiver.
 */
public final class SourceClick {
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
    public String key() {
        return key;
    }

    public byte[] value() {
        return value;
    }
}
