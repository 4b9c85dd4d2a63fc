package io.freshet.sequencer;

import io.freshet.event.Click;
import io.freshet.sequence.ClickOrigin;

/** What the {@link ClickValidator} says of a record of clicks. */
sealed interface Verdict {
    /** A record at its place: its key is the user. */
    sealed interface Placed extends Verdict {
        /** The record that it came in with, before any re-keying. */
        ClickOrigin origin();
    }

    /** A click at its place. */
    record Accepted(Click click, ClickOrigin origin) implements Placed {}

    /** A tombstone: the user is to be erased. */
    record Erased(ClickOrigin origin) implements Placed {}

    /**
     * A click that belongs under another key, which the record now has.
     *
     * @param value as received
     */
    record Misplaced(RawValue value) implements Verdict {}

    /**
     * A record that is no click or cannot be taken. Its headers name reason and origin.
     *
     * @param value as received
     */
    record Refused(RawValue value) implements Verdict {}
}
