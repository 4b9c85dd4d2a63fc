package io.freshet.app.feed;

import org.jspecify.annotations.Nullable;

/**
 * One click in the form in which it is sent to Kafka.
 *
 * @param position starts at 1 and increases from click to click, not always by one
 * @param key the user; null for a row without one
 * @param value belongs to the receiver
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SourceClick(long position, @Nullable String key, byte[] value) {}
