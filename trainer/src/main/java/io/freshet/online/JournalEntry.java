package io.freshet.online;

import io.freshet.delta.ModelLogRecord;

/**
 * A record of the model log, and its offset.
 *
 * @param timestampMs when the trainer wrote the record
 */
record JournalEntry(long offset, long timestampMs, ModelLogRecord record) {}
