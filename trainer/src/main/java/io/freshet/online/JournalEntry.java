package io.freshet.online;

import io.freshet.delta.ModelLogRecord;

/**
 * A record of the model log and where it stands.
 *
 * @param timestampMs when its trainer wrote it
 */
record JournalEntry(long offset, long timestampMs, ModelLogRecord record) {}
