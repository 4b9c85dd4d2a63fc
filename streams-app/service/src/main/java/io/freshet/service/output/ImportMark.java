package io.freshet.service.output;

import io.freshet.store.sequence.SequenceHeaders;
import org.apache.kafka.common.header.Headers;

/**
 * The mark of a click of the past that {@code freshet import} wrote. A marked click becomes part of its user's sequence,
 * and the trainer learns it, as any other click. But no scorer answers it, because no user waits for the answer. The mark goes
 * from the click to the updated sequence, and to a dead letter.
 */
public final class ImportMark {
    /** The header with the id of the import, as text. */
    public static final String HEADER = SequenceHeaders.IMPORTED;

    private ImportMark() {}

    /** Returns whether the record is, or was made from, an imported click. */
    public static boolean isOn(Headers headers) {
        return headers.lastHeader(HEADER) != null;
    }
}
