package io.freshet.training.journal;

import io.freshet.store.modellog.ModelLogRecord;

/**
 * A record of the model log, and its offset.
 *
 * @param timestampMs when the trainer wrote the record
 */
public record JournalEntry(long offset, long timestampMs, ModelLogRecord record) {}
