package io.freshet.service.sequencer;

import io.freshet.client.click.Click;
import io.freshet.store.sequence.ClickOrigin;
import org.jspecify.annotations.Nullable;

/** Decision of the {@link ClickValidator} on a record of clicks. */
sealed interface Verdict {
    /** A record under the right key, its user. */
    sealed interface Placed extends Verdict {
        /** Returns the record as first received, before any re-keying. */
        ClickOrigin origin();
    }

    /** A valid click under its user's key. */
    record Accepted(Click click, ClickOrigin origin) implements Placed {}

    /** A tombstone: the user must be erased. */
    record Erased(ClickOrigin origin) implements Placed {}

    /**
     * A click that arrived under another key. The record now has the right key.
     *
     * @param value the click in Freshet's own JSON; must not be modified
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Misplaced(byte[] value) implements Verdict {}

    /**
     * A record that is not a click or was refused. Its headers name the reason and the origin.
     *
     * @param value as received; must not be modified
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Refused(byte @Nullable [] value) implements Verdict {}
}
